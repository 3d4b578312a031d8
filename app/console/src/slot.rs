//! Answers to questions: a slot keeps the old value while a new one is loading and shows an error in place.

use model::{
    QuestionId,
    port::{Answer, Desk, Question},
};

/// One question and its newest answer.
#[derive(Debug, Default)]
pub struct Slot {
    asked: Option<Question>,
    pending: Option<QuestionId>,
    answer: Option<Answer>,
    failed: Option<String>,
}

impl Slot {
    /// Asks, unless exactly this has been asked already. Also takes in an answer that has come.
    pub fn ask(&mut self, desk: &dyn Desk, question: Question) {
        if self.asked.as_ref() != Some(&question) {
            // A full queue leaves the slot as it is: the next frame asks again.
            if let Ok(id) = desk.ask(question.clone()) {
                self.asked = Some(question);
                self.pending = Some(id);
            }
        }
        self.poll(desk);
    }

    /// Asks the same question again, for instance because the view changed.
    pub fn refresh(&mut self, desk: &dyn Desk) {
        if self.pending.is_none()
            && let Some(question) = self.asked.clone()
        {
            self.pending = desk.ask(question).ok();
        }
    }

    /// Takes in an answer that has come; true when there was one.
    pub fn poll(&mut self, desk: &dyn Desk) -> bool {
        let Some(answer) = self.pending.and_then(|id| desk.answer(id)) else { return false };
        self.pending = None;
        match answer {
            Answer::Failed(code) => self.failed = Some(code),
            answer => {
                self.failed = None;
                self.answer = Some(answer);
            }
        }
        true
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        *self = Self::default();
    }

    /// Whether an answer is on its way.
    pub fn is_loading(&self) -> bool {
        self.pending.is_some()
    }

    /// The newest good answer.
    pub fn answer(&self) -> Option<&Answer> {
        self.answer.as_ref()
    }

    /// The code of an error, when the latest question failed.
    pub fn failure(&self) -> Option<&str> {
        self.failed.as_deref()
    }
}
