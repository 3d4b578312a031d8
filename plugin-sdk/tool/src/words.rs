//! A command line: a command, what it works on, and options.

use std::{collections::VecDeque, path::PathBuf};

use anyhow::{Context as _, Result, bail};

/// Options that take no value.
const FLAGS: [&str; 4] = ["--offline", "--unsigned", "--replace-publisher", "--once"];

/// A command, what it works on and its options. Everything has to be taken before [`Words::finish`].
pub struct Words {
    command: String,
    rest: VecDeque<String>,
    options: Vec<(String, Option<String>)>,
    usage: &'static str,
}

impl Words {
    /// Takes a command line apart; `usage` is shown with what is wrong.
    pub fn parse(words: &[String], usage: &'static str) -> Result<Self> {
        let mut words = words.iter().cloned();
        let command = words.next().with_context(|| format!("which command?\n{usage}"))?;
        let mut parsed = Self { command, rest: VecDeque::new(), options: vec![], usage };
        while let Some(word) = words.next() {
            if FLAGS.contains(&word.as_str()) {
                parsed.options.push((word, None));
            } else if word.starts_with("--") {
                let value = words.next().with_context(|| format!("{word} needs a value"))?;
                parsed.options.push((word, Some(value)));
            } else {
                parsed.rest.push_back(word);
            }
        }
        Ok(parsed)
    }

    /// The command.
    pub fn command(&self) -> &str {
        &self.command
    }

    /// The next word that is no option.
    pub fn text(&mut self, name: &str) -> Result<String> {
        let usage = self.usage;
        self.rest.pop_front().with_context(|| format!("{name} is missing\n{usage}"))
    }

    /// The next word that is no option, as a path.
    pub fn path(&mut self, name: &str) -> Result<PathBuf> {
        self.text(name).map(PathBuf::from)
    }

    /// The next word that is no option, where there is one.
    pub fn optional_path(&mut self) -> Option<PathBuf> {
        self.rest.pop_front().map(PathBuf::from)
    }

    /// The value of an option.
    pub fn option(&mut self, name: &str) -> Option<String> {
        let at = self.options.iter().position(|(given, _)| given == name)?;
        self.options.remove(at).1
    }

    /// Whether an option without a value is there.
    pub fn flag(&mut self, name: &str) -> bool {
        let before = self.options.len();
        self.options.retain(|(given, _)| given != name);
        self.options.len() < before
    }

    /// Fails where something was not taken: it was meant, and it would be ignored.
    pub fn finish(&self) -> Result<()> {
        if let Some(word) = self.rest.front() {
            bail!("`{word}` is one too many\n{}", self.usage);
        }
        match self.options.first() {
            None => Ok(()),
            Some((name, _)) => bail!("`{}` has no option {name}\n{}", self.command, self.usage),
        }
    }
}
