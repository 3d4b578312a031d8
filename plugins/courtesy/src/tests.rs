use plugin_kit::testing::{self, conversation, customer, inbound, outbound};

use super::*;

fn score(messages: Vec<Message>) -> Scorecard {
    let conversation = conversation("c", customer("k", "李桂芳"), messages);
    Courtesy::default().score(&testing::ctx(), &conversation).unwrap()
}

fn mark(card: &Scorecard, criterion: &str) -> Option<f32> {
    card.marks.iter().find(|mark| mark.criterion == criterion).and_then(|mark| mark.score)
}

fn findings<'a>(card: &'a Scorecard, criterion: &str) -> Vec<&'a Finding> {
    card.findings.iter().filter(|finding| finding.criterion == criterion).collect()
}

/// The words a finding points at.
fn words(text: &str, finding: &Finding) -> String {
    let range = &finding.evidence[0];
    text.chars().skip(range.first as usize).take((range.last - range.first) as usize).collect()
}

#[test]
fn the_first_turn_greets() {
    let table = [
        (vec![inbound("1", 0, "在吗"), outbound("2", 5, "您好李女士，请讲")], Some(1.0)),
        (vec![inbound("1", 0, "hi"), outbound("2", 5, "Hi Anna, how can I help?")], Some(1.0)),
        (vec![inbound("1", 0, "在吗"), outbound("2", 5, "在的"), outbound("3", 8, "您好，请讲")], Some(1.0)),
        (vec![inbound("1", 0, "在吗"), outbound("2", 5, "什么事")], Some(0.0)),
        (vec![inbound("1", 0, "hello"), outbound("2", 5, "This is the hiring office")], Some(0.0)),
        (
            vec![
                inbound("1", 0, "在吗"),
                outbound("2", 5, "什么事"),
                inbound("3", 9, "?"),
                outbound("4", 12, "您好"),
            ],
            Some(0.0),
        ),
        (vec![inbound("1", 0, "在吗")], None),
    ];
    for (messages, expected) in table {
        let text = messages.iter().map(|message| message.text.clone()).collect::<Vec<_>>().join(" / ");
        assert_eq!(mark(&score(messages), "greeting"), expected, "{text}");
    }
}

#[test]
fn promises_name_a_time() {
    let table = [
        ("我帮您加急。麻烦您先看一下烟管口。", Some("加急")),
        ("我帮您加急，今天 14:00-16:00 师傅上门", None),
        ("师傅马上到", Some("马上")),
        ("师傅 30 分钟内马上到", None),
        ("请您马上关闭燃气阀，打开窗户", None),
        ("我马上为您处理", Some("马上")),
        ("我马上帮您查一下", None),
        ("会尽快给您答复", Some("尽快")),
        ("会尽快给您答复，最晚明天上午", None),
        ("您说“马上到”的师傅，我联系一下", None),
        ("麻烦您快一点把单号发我", None),
        ("I will ask for an urgent visit.", Some("urgent")),
        ("I will ask for an urgent visit, within 4 hours.", None),
        ("An engineer will call you soon", Some("soon")),
        ("You can use it as sooner models do", None),
        ("The engineer comes tomorrow at 3pm, as soon as possible", None),
    ];
    for (text, expected) in table {
        let card = score(vec![inbound("1", 0, "?"), outbound("2", 5, text)]);
        let found = findings(&card, "promise");
        assert_eq!(found.first().map(|finding| words(text, finding)).as_deref(), expected, "{text}");
        if let Some(finding) = found.first() {
            assert_eq!(finding.title, "@promise-title");
            assert!(finding.because.contains(expected.unwrap()), "{}", finding.because);
        }
    }
}

#[test]
fn forbidden_words_are_found_and_quotations_are_not() {
    let table = [
        ("这不归我管", Some("不归我管")),
        ("您说的“不归我管”，我向您道歉", None),
        ("您说师傅说不归我管，我来核实", None),
        ("> 你们说不归我管\n这件事我来负责", None),
        ("没办法，规定就是这样", Some("没办法")),
        ("请问您那边有没有办法拍张照片", None),
        ("如果您看不清楚铭牌，可以拍照给我", None),
        ("这个我不知道", Some("我不知道")),
        ("Sorry, that is not my problem.", Some("not my problem")),
        ("You said \"not my problem\" was the answer, I am sorry.", None),
        ("Please calm down", Some("calm down")),
        ("We cannot be 100% guaranteed to come today", None),
    ];
    for (text, expected) in table {
        let card = score(vec![inbound("1", 0, "?"), outbound("2", 5, text)]);
        let found = findings(&card, "words");
        assert_eq!(found.first().map(|finding| words(text, finding)).as_deref(), expected, "{text}");
    }
    // What the customer says is never an offence.
    let card = score(vec![inbound("1", 0, "你们说不归我管，有病"), outbound("2", 5, "您好，我来负责")]);
    assert!(findings(&card, "words").is_empty());
    assert_eq!(mark(&card, "words"), Some(1.0));
}

#[test]
fn a_company_has_words_of_its_own() {
    let mut courtesy = Courtesy::default();
    let settings = Settings::new([Pair::new("words", "竞品\nCheapest"), Pair::new("silence_min", "10")]);
    courtesy.init(&testing::ctx(), &settings).unwrap();
    let messages = vec![outbound("1", 0, "您好，比竞品好，cheapest of all")];
    let card = courtesy.score(&testing::ctx(), &conversation("c", customer("k", "李"), messages)).unwrap();
    assert_eq!(findings(&card, "words").len(), 2);
    assert_eq!(mark(&card, "words"), Some(0.25));
    assert!(courtesy.init(&testing::ctx(), &Settings::new([Pair::new("silence_min", "0")])).is_err());
}

#[test]
fn silences_are_measured_from_the_first_unanswered_message() {
    let table = [
        (vec![inbound("1", 0, "a"), outbound("2", 170, "b")], 0, Some(1.0)),
        (vec![inbound("1", 0, "a"), inbound("2", 150, "a"), outbound("3", 200, "b")], 1, Some(0.5)),
        (vec![inbound("1", 0, "a"), outbound("2", 20, "b"), outbound("3", 900, "c")], 0, Some(1.0)),
        (vec![inbound("1", 0, "a")], 0, None),
    ];
    for (messages, count, expected) in table {
        let card = score(messages);
        assert_eq!(findings(&card, "silence").len(), count);
        assert_eq!(mark(&card, "silence"), expected);
    }
    let card = score(vec![inbound("1", 0, "a"), outbound("2", 3600, "b")]);
    let found = findings(&card, "silence");
    assert_eq!(found[0].severity, Severity::Breach);
    assert!(found[0].because.contains("60"), "{}", found[0].because);
    assert_eq!(found[0].evidence.len(), 2);
}

#[test]
fn every_criterion_has_a_mark() {
    let mut courtesy = Courtesy::default();
    let rubric: Vec<String> =
        courtesy.rubric(&testing::ctx()).into_iter().map(|criterion| criterion.id).collect();
    let marks: Vec<String> = score(vec![]).marks.into_iter().map(|mark| mark.criterion).collect();
    assert_eq!(rubric, marks);
}

#[test]
fn both_languages_have_the_same_texts() {
    let keys = TEXTS.keys();
    assert_eq!(keys[0].1, keys[1].1);
}
