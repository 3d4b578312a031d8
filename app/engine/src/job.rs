//! Jobs: everything that reaches the engine's thread, one closed enum, through one bounded queue.

use host::{CallError, HostEvent};
use model::{QuestionId, command::Command, port::Question};
use store::Store;
use tokio::sync::oneshot;

use crate::core::Core;

/// Jobs that may wait. Commands of the window and answers of plugins share it; when it is full, the window
/// is told and the network waits.
pub(crate) const JOB_QUEUE_MAX: usize = 4096;

/// Jobs taken in one go, and so the most that share one sync of the disk.
pub(crate) const JOBS_PER_TURN_MAX: usize = 256;

/// Work on the engine's thread.
pub(crate) type Work = Box<dyn FnOnce(&mut Core, &mut Store) + Send>;

/// One thing to do.
pub(crate) enum Job {
    /// The person asked for something.
    Command(Command),
    /// The window asks something.
    Ask(QuestionId, Question),
    /// A web request for a channel.
    Web {
        /// Short name of the account.
        slug: String,
        /// The request.
        event: host::WebEvent,
        /// Where the answer goes, once what came of it is durable.
        reply: oneshot::Sender<host::WebReply>,
    },
    /// Something from the host.
    Host(HostEvent),
    /// Something the engine's own helpers need of the store: the host's services, and work that was done
    /// elsewhere. What it changes is durable before its answer leaves.
    Run(Work),
    /// Finish what is under way and stop.
    Stop,
}

/// What a posted request was for; kept until its answer comes.
#[derive(Debug)]
pub(crate) enum Call {
    /// A channel takes in a raw item or a poll.
    Ingest(crate::ingest::Ingesting),
    /// A channel sends a message.
    Send(crate::outbox::Sending),
    /// A channel finds out what became of a message.
    Reconcile(crate::outbox::Sending),
    /// An assist plugin watches a conversation.
    Observe(model::ConversationId),
    /// A lookup plugin searches for a customer.
    Lookup(model::CustomerId),
    /// A quality plugin scores a conversation.
    Score(model::ConversationId),
    /// A form plugin describes its fields.
    FormFields(model::ConversationId),
    /// A form plugin checks the values before they are submitted.
    FormCheck(model::ConversationId),
    /// A form plugin submits.
    FormSubmit(model::ConversationId),
    /// A panel reacts.
    Panel(crate::panels::PanelKey),
    /// Nobody waits for the answer.
    Ignored,
}

impl Call {
    /// The conversation that it is about, where it is about one.
    pub fn conversation(&self) -> Option<model::ConversationId> {
        match self {
            Self::Send(sending) | Self::Reconcile(sending) => Some(sending.conversation),
            Self::Observe(id)
            | Self::Score(id)
            | Self::FormFields(id)
            | Self::FormCheck(id)
            | Self::FormSubmit(id) => Some(*id),
            Self::Panel(key) => key.conversation,
            Self::Ingest(_) | Self::Lookup(_) | Self::Ignored => None,
        }
    }
}

/// An answer together with what it answers.
pub(crate) type Replied = Result<host::Answer, CallError>;
