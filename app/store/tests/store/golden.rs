//! The events of version 0.1, as they were written then: they must read the same for ever. The file is never
//! written again; a new release that adds kinds or fields brings a file of its own.

use std::collections::BTreeSet;

use model::{
    AccountId, AgentId, ConversationId, CustomerId, FindingId, MessageId, ProposalId, TicketId, Timestamp,
    conversation::{Attachment, Author, Channel, Delivery, Message},
    customer::{Customer, Device, Handle, HandleKind, Order, ServiceRecord},
    event::{Account, Payload, TransferTarget},
    field::{FieldValue, Origin},
    plugin::{CallKind, Capability, Fault, FaultCause},
    presence::{AgentProfile, BreakReason, Presence},
    proposal::{Change, Fate, Prompt, PromptClass, Proposal, Settled, Source, WrapUp},
    quality::{Evidence, Finding, Severity},
    ticket::{Comment, Stage, Ticket},
};

const LINES: &str = include_str!("../fixtures/events-0.1.jsonl");
/// Kinds of events in version 0.1.
const KINDS: usize = 47;
/// The events that version 0.2 added.
const LINES_0_2: &str = include_str!("../fixtures/events-0.2.jsonl");

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn message() -> Message {
    Message {
        id: MessageId::from_u128(1),
        author: Author::Customer("王女士".to_owned()),
        text: "热水器报 E4，\n怎么办？".to_owned(),
        files: vec![Attachment {
            file: "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad".into(),
            name: "照片.jpg".to_owned(),
            media_type: "image/jpeg".to_owned(),
            bytes: 3,
        }],
        at: at("2026-11-24T01:41:07.123Z"),
        remote_id: Some("p-1".to_owned()),
    }
}

fn wrap_up() -> WrapUp {
    WrapUp {
        reason: "E4".to_owned(),
        outcome: "预约上门".to_owned(),
        summary: "客户的燃气热水器报 E4。".to_owned(),
        follow_ups: vec!["周三上门".to_owned()],
        tags: vec!["维修".to_owned()],
    }
}

fn proposals() -> Vec<Payload> {
    let values = [(
        "model".to_owned(),
        FieldValue { text: "JSQ30".to_owned(), origin: Origin::Filled("@conversation".to_owned()) },
    )];
    let changes = [
        Change::Reply("请先关闭燃气阀。".to_owned()),
        Change::Fields(values.into()),
        Change::Tag("维修".to_owned()),
        Change::Transfer("gas".to_owned()),
        Change::Offer {
            code: "TI-9".to_owned(),
            title: "以旧换新".to_owned(),
            words: "您的机器九年了。".to_owned(),
        },
        Change::NextStep("check-flue".to_owned()),
        Change::Note("回访".to_owned()),
        Change::WrapUp(wrap_up()),
    ];
    let proposal = |change| Proposal {
        id: ProposalId::from_u128(2),
        key: "reply".to_owned(),
        plugin: "knowledge-hints".into(),
        conversation: ConversationId::from_u128(3),
        change,
        confidence: 0.75,
        because: "@found".to_owned(),
        sources: vec![Source {
            title: "K-118 燃气热水器 E4 故障处理".to_owned(),
            uri: "article:K-118".to_owned(),
            quote: "关闭燃气阀".to_owned(),
        }],
        at: at("2026-11-24T01:41:08Z"),
        expires: Some(at("2026-11-24T01:51:08Z")),
    };
    changes.into_iter().map(|change| Payload::ProposalMade(proposal(change))).collect()
}

fn conversations() -> Vec<Payload> {
    vec![
        Payload::ConversationOpened {
            customer: CustomerId::from_u128(4),
            channel: Channel {
                account: AccountId::from_u128(5),
                kind: "chat".to_owned(),
                title: "官网".to_owned(),
            },
            thread: "t-1".to_owned(),
            subject: "E4".to_owned(),
            skill: "gas".to_owned(),
            priority: -1,
        },
        Payload::MessageReceived(message()),
        Payload::ReplyQueued {
            message: Message { author: Author::Agent(AgentId::from_u128(6)), remote_id: None, ..message() },
            key: "k-1".to_owned(),
        },
        Payload::NoteAdded(Message {
            author: Author::Agent(AgentId::from_u128(6)),
            files: vec![],
            ..message()
        }),
        Payload::MessageEdited { message: MessageId::from_u128(1), text: "E5".to_owned() },
        Payload::MessageRedacted { message: MessageId::from_u128(1) },
        Payload::Assigned { agent: AgentId::from_u128(6) },
        Payload::Unassigned,
        Payload::Transferred { to: TransferTarget::Agent(AgentId::from_u128(7)), note: "急".to_owned() },
        Payload::Transferred { to: TransferTarget::Queue("gas".to_owned()), note: String::new() },
        Payload::Parked { until: Some(at("2026-11-25T00:00:00Z")) },
        Payload::Parked { until: None },
        Payload::Resumed,
        Payload::Closed(wrap_up()),
        Payload::Reopened,
        Payload::Seen { up_to: 9_007_199_254_740_993 },
        Payload::TagAdded("维修".to_owned()),
        Payload::TagRemoved("维修".to_owned()),
        Payload::Linked(ConversationId::from_u128(8)),
        Payload::TicketLinked(TicketId::from_u128(9)),
    ]
}

fn deliveries() -> Vec<Payload> {
    [
        Delivery::Queued,
        Delivery::Sending,
        Delivery::RetryAt(at("2026-11-24T01:42:00Z")),
        Delivery::Sent,
        Delivery::Delivered,
        Delivery::Read,
        Delivery::Failed("blocked".to_owned()),
        Delivery::Unknown,
        Delivery::Cancelled,
    ]
    .into_iter()
    .map(|delivery| Payload::DeliveryChanged {
        message: MessageId::from_u128(1),
        remote_id: (delivery == Delivery::Sent).then(|| "p-2".to_owned()),
        delivery,
        attempts: 2,
    })
    .collect()
}

fn advice() -> Vec<Payload> {
    let fates = [Fate::Accepted, Fate::Edited, Fate::Dismissed, Fate::Expired].map(|fate| {
        let agent = (fate != Fate::Expired).then_some(AgentId::from_u128(6));
        Payload::ProposalSettled {
            proposal: ProposalId::from_u128(2),
            plugin: "knowledge-hints".into(),
            settled: Settled { fate, agent },
        }
    });
    let classes = [
        PromptClass::Safety,
        PromptClass::Waiting,
        PromptClass::Sla,
        PromptClass::Coaching,
        PromptClass::Offer,
    ];
    let prompts = classes.map(|class| {
        Payload::PromptShown(Prompt {
            id: ProposalId::from_u128(10),
            key: "gas".to_owned(),
            plugin: "knowledge-hints".into(),
            conversation: ConversationId::from_u128(3),
            class,
            title: "@gas".to_owned(),
            text: "关阀".to_owned(),
            at: at("2026-11-24T01:41:09Z"),
            expires: None,
        })
    });
    let findings = [Severity::Good, Severity::Hint, Severity::Warning, Severity::Breach].map(|severity| {
        Payload::FindingRaised(Finding {
            id: FindingId::from_u128(11),
            plugin: "courtesy".into(),
            conversation: ConversationId::from_u128(3),
            criterion: "greeting".to_owned(),
            title: "@greeting".to_owned(),
            severity,
            score: 0.5,
            because: "没有问候".to_owned(),
            advice: "您好".to_owned(),
            evidence: vec![Evidence { message: MessageId::from_u128(1), first: 0, end: 2 }],
            at: at("2026-11-24T01:41:10Z"),
        })
    });
    let answer = Payload::FindingAnswered {
        finding: FindingId::from_u128(11),
        disputed: true,
        words: "已问候".to_owned(),
    };
    fates.into_iter().chain(prompts).chain(findings).chain([answer]).collect()
}

fn device() -> Device {
    Device {
        name: "燃气热水器".to_owned(),
        model: "JSQ30-T3".to_owned(),
        serial: "SN17".to_owned(),
        place: "厨房".to_owned(),
        bought: Some("2017-05-01".parse().unwrap()),
        installed: Some("2017-05-09".parse().unwrap()),
        warranty_until: None,
        warranty_extended: true,
    }
}

fn customers() -> Vec<Payload> {
    let mut customer = Customer::named(CustomerId::from_u128(4), "王芳", at("2020-01-01T00:00:00Z"));
    customer.title = String::from("女士");
    customer.language = Some("zh-CN".to_owned());
    customer.handles =
        [HandleKind::Phone, HandleKind::Mail, HandleKind::Web, HandleKind::Social, HandleKind::User]
            .map(|kind| Handle { kind, value: "x".to_owned() })
            .to_vec();
    customer.tier = String::from("金卡");
    customer.tags = vec!["老客户".to_owned()];
    customer.address = String::from("杭州");
    customer.devices = vec![device()];
    customer.orders = vec![Order {
        number: "O-1".to_owned(),
        title: "滤芯".to_owned(),
        ordered: "2026-10-01".parse().unwrap(),
        state: "已签收".to_owned(),
        amount: "¥99".to_owned(),
    }];
    customer.services =
        vec![ServiceRecord {
            day: "2025-03-04".parse().unwrap(), title: "清洗".to_owned(), rating: Some(5)
        }];
    customer.marketing_consent = true;
    customer.attributes = [("楼层".to_owned(), "5".to_owned())].into();
    customer.tickets = vec![TicketId::from_u128(9)];
    vec![
        Payload::CustomerCreated(customer),
        Payload::CustomerNamed { name: "王芳".to_owned(), title: "女士".to_owned() },
        Payload::HandleAdded(Handle { kind: HandleKind::Phone, value: "+8613812346027".to_owned() }),
        Payload::CustomerTagged("老客户".to_owned()),
        Payload::CustomerUntagged("老客户".to_owned()),
        Payload::DeviceRecorded(device()),
        Payload::PersonalDataRevealed { what: "phone".to_owned() },
    ]
}

fn tickets() -> Vec<Payload> {
    let values: model::field::Values = [
        ("a".to_owned(), FieldValue { text: "1".to_owned(), origin: Origin::Agent }),
        ("b".to_owned(), FieldValue::default()),
    ]
    .into();
    let ticket = Ticket {
        id: TicketId::from_u128(9),
        number: "R-20931".to_owned(),
        plugin: "repair-form".into(),
        kind: "repair".to_owned(),
        title: "E4".to_owned(),
        customer: CustomerId::from_u128(4),
        conversation: Some(ConversationId::from_u128(3)),
        opened_by: AgentId::from_u128(6),
        values: values.clone(),
        stage: Stage::Open,
        sequence: 0,
        opened: at("2026-11-24T02:00:00Z"),
        changed: at("2026-11-24T02:00:00Z"),
        comments: vec![Comment {
            agent: AgentId::from_u128(6),
            at: at("2026-11-24T02:00:00Z"),
            text: "急".to_owned(),
        }],
    };
    let moves = Stage::ALL.map(Payload::TicketMoved);
    let others = [
        Payload::TicketOpened(ticket),
        Payload::TicketChanged(values),
        Payload::TicketCommented("改约周四".to_owned()),
    ];
    others.into_iter().chain(moves).collect()
}

fn agents() -> Vec<Payload> {
    let profile = AgentProfile {
        id: AgentId::from_u128(6),
        name: "林晓".to_owned(),
        public_name: Some("小林".to_owned()),
        skills: ["gas".to_owned()].into(),
        capacity: [("chat".to_owned(), 4), ("*".to_owned(), 1)].into(),
    };
    let breaks = BreakReason::ALL.map(Presence::Break);
    let presences =
        [Presence::Ready, Presence::Busy, Presence::WrapUp, Presence::Offline].into_iter().chain(breaks);
    std::iter::once(Payload::AgentProfiled(profile)).chain(presences.map(Payload::PresenceChanged)).collect()
}

fn plugins() -> Vec<Payload> {
    let capabilities = vec![
        Capability::Http("api.example.com:443".to_owned()),
        Capability::HttpPrivate("10.0.0.1:80".to_owned()),
        Capability::Kv,
        Capability::Blobs,
        Capability::Secret("token".to_owned()),
        Capability::Webhook,
        Capability::Push,
        Capability::Timers,
        Capability::Notify,
        Capability::Conversations,
        Capability::Customers,
        Capability::CustomersClear,
        Capability::Knowledge,
        Capability::Proposals,
    ];
    let causes = [
        FaultCause::Trap("unreachable".to_owned()),
        FaultCause::CpuTime,
        FaultCause::WallTime,
        FaultCause::Memory,
        FaultCause::Invalid("too long".to_owned()),
        FaultCause::Failure("internal".to_owned()),
        FaultCause::Start("no export".to_owned()),
        FaultCause::Overloaded,
    ];
    let faults = causes.map(|cause| {
        Payload::PluginFaulted(Fault {
            plugin: "webchat".into(),
            account: Some(AccountId::from_u128(5)),
            call: CallKind::ChannelIngest,
            cause,
            at: at("2026-11-24T02:01:00Z"),
        })
    });
    let others = [
        Payload::PluginInstalled {
            version: "0.1.0".to_owned(),
            serial: 7,
            sha256: "ab".repeat(32),
            publisher: None,
        },
        Payload::PluginGranted(capabilities),
        Payload::PluginPaused,
        Payload::PluginResumed,
        Payload::PluginQuarantined,
        Payload::PluginRemoved,
    ];
    others.into_iter().chain(faults).collect()
}

fn desk() -> Vec<Payload> {
    let account = Account {
        id: AccountId::from_u128(5),
        plugin: "webchat".into(),
        kind: "chat".to_owned(),
        title: "官网".to_owned(),
        slug: "website".to_owned(),
        settings: [("greeting".to_owned(), FieldValue { text: "您好".to_owned(), origin: Origin::Agent })]
            .into(),
        skill: "gas".to_owned(),
        paused: true,
    };
    vec![
        Payload::AccountSet(account),
        Payload::AccountRemoved(AccountId::from_u128(5)),
        Payload::DeadLettered { account: AccountId::from_u128(5), raw: 12, because: "trap".to_owned() },
    ]
}

fn samples() -> Vec<Payload> {
    [
        conversations(),
        deliveries(),
        proposals(),
        advice(),
        customers(),
        tickets(),
        agents(),
        plugins(),
        desk(),
    ]
    .concat()
}

fn kind(line: &str) -> String {
    match serde_json::from_str(line).unwrap() {
        serde_json::Value::String(kind) => kind,
        serde_json::Value::Object(object) => object.keys().next().unwrap().clone(),
        other => panic!("{other} is no payload"),
    }
}

#[test]
fn events_of_version_0_1_read_the_same() {
    let samples = samples();
    assert_eq!(LINES.lines().count(), samples.len());
    for (line, sample) in LINES.lines().zip(&samples) {
        let read: Payload = serde_json::from_str(line).unwrap_or_else(|error| panic!("{line}: {error}"));
        assert_eq!(read, *sample);
        // While this is the version that writes, it also writes the same bytes.
        assert_eq!(serde_json::to_string(sample).unwrap(), line);
    }
}

fn samples_0_2() -> Vec<Payload> {
    let settings =
        [("silence_min".to_owned(), FieldValue { text: "5".to_owned(), origin: Origin::Agent })].into();
    vec![
        Payload::SentElsewhere(Message { author: Author::Elsewhere("店主".to_owned()), ..message() }),
        Payload::FactsNoted([("page".to_owned(), "/热水器".to_owned())].into()),
        Payload::CustomerLeft { reason: "timeout".to_owned() },
        Payload::Mentioned { agents: vec![AgentId::from_u128(6)] },
        Payload::PluginConfigured(settings),
    ]
}

#[test]
fn events_of_version_0_2_read_the_same() {
    let samples = samples_0_2();
    let written: Vec<_> = samples.iter().map(|sample| serde_json::to_string(sample).unwrap()).collect();
    assert_eq!(written, LINES_0_2.lines().collect::<Vec<_>>());
    let read: Vec<Payload> = LINES_0_2.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(read, samples);
}

#[test]
fn the_samples_are_of_every_kind() {
    let kinds: BTreeSet<String> = LINES.lines().map(kind).collect();
    assert_eq!(kinds.len(), KINDS, "{kinds:?}");
}

#[test]
fn every_kind_goes_through_the_journal() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = switchboard_store::Store::open(folder.path()).unwrap();
    let samples = samples();
    let stream = model::event::StreamId::Conversation(ConversationId::from_u128(3));
    store.append(crate::write::commit(1, &stream, samples.clone())).unwrap();
    let read: Vec<Payload> = store.since(0, 1000).unwrap().into_iter().map(|event| event.payload).collect();
    assert_eq!(read, samples);
    let mut lines = Vec::new();
    store.export(&mut lines).unwrap();
    for (line, sample) in String::from_utf8(lines).unwrap().lines().zip(LINES.lines()) {
        let header: serde_json::Value = serde_json::from_str(line).unwrap();
        assert_eq!(header["kind"], kind(sample));
    }
}
