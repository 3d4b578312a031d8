//! Questions as agents type them and customers write them, and the article that must come first.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should say where")]

mod support;

use std::sync::OnceLock;

use model::knowledge::{Hit, SearchQuery};
use switchboard_knowledge::{Knowledge, SNIPPET_MAX_COLUMNS, SearchOptions};

fn knowledge() -> &'static Knowledge {
    static KNOWLEDGE: OnceLock<Knowledge> = OnceLock::new();
    KNOWLEDGE.get_or_init(|| Knowledge::in_memory(&support::articles()).unwrap())
}

fn query(text: &str, language: &str) -> SearchQuery {
    SearchQuery {
        text: text.to_owned(),
        limit: 5,
        language: Some(language.to_owned()),
        ..SearchQuery::default()
    }
}

fn search(query: &SearchQuery) -> Vec<Hit> {
    let hits = knowledge().search(query).unwrap();
    for hit in &hits {
        check_ranges(&hit.title, &hit.title_highlights);
        check_ranges(&hit.snippet, &hit.snippet_highlights);
        assert!(hit.snippet.chars().count() <= SNIPPET_MAX_COLUMNS + 2, "{}", hit.snippet);
        assert!(!hit.snippet.is_empty());
    }
    assert!(hits.windows(2).all(|pair| pair[0].score >= pair[1].score));
    hits
}

fn check_ranges(text: &str, ranges: &[std::ops::Range<usize>]) {
    let mut end = 0;
    for range in ranges {
        assert!(range.start >= end && range.start < range.end, "{ranges:?}");
        assert!(text.get(range.clone()).is_some(), "{range:?} of {text:?}");
        end = range.end;
    }
}

/// Reports every question at once that does not find its article first.
fn check(language: &str, typing: bool, table: &[(&str, &str)]) {
    let mut wrong = Vec::new();
    for (text, expected) in table {
        let hits = search(&SearchQuery { typing, ..query(text, language) });
        let found: Vec<_> = hits.iter().map(|hit| hit.id.as_str()).collect();
        if found.first() != Some(expected) {
            wrong.push(format!("{text:?}: {expected} expected, found {found:?}"));
        }
    }
    assert!(wrong.is_empty(), "{} of {} wrong\n{}", wrong.len(), table.len(), wrong.join("\n"));
}

#[test]
fn chinese_questions_find_their_article() {
    check(
        "zh-CN",
        false,
        &[
            ("热水器 E4", "K-118"),
            ("E4 打不着火", "K-118"),
            ("热水器一打开就显示 E4，火打不着，昨天晚上开始的。", "K-118"),
            ("热水器显示E4，风机会响一下就停，装在阳台", "K-118"),
            ("在阳台，风机会响一下就停。家里有老人，洗澡很不方便，能不能今天来修？", "K-114"),
            ("风压开关", "K-118"),
            ("风压异常怎么处理", "K-118"),
            ("烟管口有鸟窝", "K-118"),
            ("熱水器顯示Ｅ４", "K-118"),
            ("热水器报E四", "K-118"),
            ("热水器 E 4", "K-118"),
            ("热水器e04", "K-118"),
            ("大风天热水器点不着", "K-118"),
            ("点火失败", "K-117"),
            ("热水器E1", "K-117"),
            ("只听到哒哒声没有火", "K-117"),
            ("燃气表没有余额了热水器打不着", "K-117"),
            ("换了燃气表以后打不着火", "K-117"),
            ("点火针", "K-117"),
            ("烟管安装规范", "K-119"),
            ("烟管弯头最多几个", "K-119"),
            ("烟管能接到公共烟道吗", "K-119"),
            ("热水器能不能装在浴室", "K-119"),
            ("CJJ 12", "K-119"),
            ("烟管要伸出外墙多长", "K-119"),
            ("一氧化碳", "K-120"),
            ("一氧化碳报警器响了", "K-120"),
            ("厨房有燃气味", "K-120"),
            ("闻到燃气味怎么办", "K-120"),
            ("洗澡的时候头晕恶心", "K-120"),
            ("燃气泄漏", "K-120"),
            ("家里煤气味很大", "K-120"),
            ("煤气中毒怎么急救", "K-120"),
            ("水温忽冷忽热", "K-121"),
            ("洗澡水一会儿烫一会儿凉", "K-121"),
            ("出水太烫了", "K-121"),
            ("热水器 E5", "K-121"),
            ("热水器过热保护E3", "K-121"),
            ("夏天热水器水太热", "K-121"),
            ("洗衣机不排水", "K-101"),
            ("E21", "K-101"),
            ("洗衣机桶里有水排不出去", "K-101"),
            ("怎么清理排水过滤器", "K-101"),
            ("排水泵坏了嗡嗡响", "K-101"),
            ("洗衣机脱水不平衡", "K-102"),
            ("UE", "K-102"),
            ("显示 UE 怎么回事", "K-102"),
            ("脱水的时候转不起来", "K-102"),
            ("洗完衣服还是湿漉漉", "K-102"),
            ("洗衣机漏水", "K-103"),
            ("洗衣机漏水，地板泡了！！", "K-103"),
            ("E12 溢水", "K-103"),
            ("洗衣液放多了一直冒泡沫", "K-103"),
            ("洗衣机噪声大", "K-104"),
            ("脱水声音像飞机", "K-104"),
            ("洗衣机震动移位", "K-104"),
            ("洗衣服的时候咔咔响", "K-104"),
            ("运输螺栓 噪声", "K-104"),
            ("空调不制冷", "K-105"),
            ("空调开了不凉", "K-105"),
            ("空调需要加氟吗", "K-105"),
            ("外机不转", "K-105"),
            ("制冷剂泄漏 R32", "K-105"),
            ("空调 F1", "K-106"),
            ("F02", "K-106"),
            ("空调显示E6通讯故障", "K-106"),
            ("空调 H6 室内风机", "K-106"),
            ("空调E4", "K-106"),
            ("过流保护", "K-106"),
            ("空调漏水", "K-107"),
            ("空调室内机滴水到床上", "K-107"),
            ("空调排水软管", "K-107"),
            ("空调清洗预约", "K-108"),
            ("咨询：空调清洗预约", "K-108"),
            ("空调有霉味", "K-108"),
            ("滤网多久清洗一次", "K-108"),
            ("空调冬天不制热", "K-109"),
            ("H1 化霜", "K-109"),
            ("外机冒白汽", "K-109"),
            ("制热吹冷风", "K-109"),
            ("质保多久", "K-110"),
            ("热水器延保怎么买", "K-110"),
            ("保修期几年", "K-110"),
            ("压缩机质保", "K-110"),
            ("七天无理由退货", "K-111"),
            ("能退货吗", "K-111"),
            ("15天换货", "K-111"),
            ("退款几天到账", "K-111"),
            ("以旧换新", "K-112"),
            ("以旧换新补贴怎么算", "K-112"),
            ("机龄9年的热水器", "K-112"),
            ("旧机能抵多少钱", "K-112"),
            ("安装师傅几点能到？已经等了一上午", "K-113"),
            ("改约上门时间", "K-113"),
            ("预约安装", "K-113"),
            ("烟管加长多少钱一米", "K-119"),
            ("不锈钢燃气软管多少钱", "K-113"),
            ("老人加急上门", "K-114"),
            ("家里有老人能不能快点来", "K-114"),
            ("孕妇在家热水器坏了想加急", "K-114"),
            ("发票", "K-115"),
            ("发票抬头开错了", "K-115"),
            ("增值税专用发票", "K-115"),
            ("税号写错能重开吗", "K-115"),
            ("排水泵多少钱", "K-116"),
            ("备件价格", "K-116"),
            ("保外维修费怎么收", "K-116"),
            ("遥控器丢了", "K-116"),
            ("我要投诉", "K-122"),
            ("找你们领导", "K-122"),
            ("修了两次没修好要赔偿", "K-122"),
            ("K-118", "K-118"),
        ],
    );
}

#[test]
fn english_questions_find_their_article() {
    check(
        "en",
        false,
        &[
            ("water heater E4", "K-118"),
            ("My heater shows E4 and will not light since last night", "K-118"),
            ("air pressure switch", "K-118"),
            ("bird nest in the flue", "K-118"),
            ("Ignition failed", "K-117"),
            ("heater clicking but no flame", "K-117"),
            ("E1 water heater", "K-117"),
            ("flue installation rules", "K-119"),
            ("how many elbows may a flue have", "K-119"),
            ("can I install the heater in my bathroom", "K-119"),
            ("carbon monoxide alarm", "K-120"),
            ("I smell gas", "K-120"),
            ("gas leaking in the kitchen", "K-120"),
            ("feeling dizzy after showering", "K-120"),
            ("water temperature is unstable", "K-121"),
            ("shower goes hot and cold", "K-121"),
            ("scalding water E5", "K-121"),
            ("washing machine doesn't drain", "K-101"),
            ("E21", "K-101"),
            ("clean the drain filter", "K-101"),
            ("unbalanced load", "K-102"),
            ("UE", "K-102"),
            ("clothes soaking wet after spin", "K-102"),
            ("washer is leaking", "K-103"),
            ("foam overflow E12", "K-103"),
            ("washing machine loud noise", "K-104"),
            ("it vibrates and walks across the floor", "K-104"),
            ("air conditioner not cooling", "K-105"),
            ("aircon only blows warm air", "K-105"),
            ("top up refrigerant", "K-105"),
            ("F1 sensor", "K-106"),
            ("communication fault E6", "K-106"),
            ("aircon drips water inside", "K-107"),
            ("book air conditioner cleaning", "K-108"),
            ("musty smell", "K-108"),
            ("slow heating in winter", "K-109"),
            ("defrosting H1", "K-109"),
            ("warranty period", "K-110"),
            ("extended warranty for a heater", "K-110"),
            ("return within seven days", "K-111"),
            ("I want a refund", "K-111"),
            ("exchanging a faulty machine", "K-111"),
            ("trade-in subsidy", "K-112"),
            ("trading in my old heater", "K-112"),
            ("when will the installer come", "K-113"),
            ("rescheduling my appointment", "K-113"),
            ("elderly mother urgent visit", "K-114"),
            ("Invoice for order 20931 is missing", "K-115"),
            ("tax number is wrong on the invoice", "K-115"),
            ("price of a drain pump", "K-116"),
            ("spare parts for a discontinued heater", "K-116"),
            ("complaint about the engineer", "K-122"),
            ("speak to a manager", "K-122"),
            ("K-110", "K-110"),
        ],
    );
}

#[test]
fn mixed_questions_find_their_article() {
    check(
        "zh-CN",
        false,
        &[
            ("JSQ30-W5 E4", "K-118"),
            ("jsq30w5 显示e4", "K-118"),
            ("我的 water heater 打不着 E1", "K-117"),
            ("空调 not cooling", "K-105"),
            ("invoice 发票 没收到", "K-115"),
            ("trade-in 以旧换新", "K-112"),
            ("JSQ32-S9 以旧换新 20%", "K-112"),
            ("warranty 延保", "K-110"),
            ("ＫＦＲ－35ＧＷ／Ｑ3 自清洁", "K-108"),
            ("CO 报警", "K-120"),
        ],
    );
}

#[test]
fn a_slip_of_the_finger_is_forgiven() {
    check(
        "en",
        false,
        &[
            ("warrenty", "K-110"),
            ("top up refridgerant", "K-105"),
            ("invocie", "K-115"),
            ("flue instalation", "K-119"),
            ("carbon monoxyde", "K-120"),
            ("complaintt", "K-122"),
            ("washing machine unballanced", "K-102"),
        ],
    );
}

#[test]
fn what_is_being_typed_finds_its_article() {
    check(
        "zh-CN",
        true,
        &[
            ("热水器E", "K-118"),
            ("洗衣机不排", "K-101"),
            ("空调不制", "K-105"),
            ("以旧换", "K-112"),
            ("发", "K-115"),
            ("投诉升", "K-122"),
            ("烟管安装规", "K-119"),
            ("K-118", "K-118"),
            ("忽冷忽", "K-121"),
            ("退货规", "K-111"),
        ],
    );
    check(
        "en",
        true,
        &[
            ("inv", "K-115"),
            ("trade-i", "K-112"),
            ("carbon mono", "K-120"),
            ("washing machine unbal", "K-102"),
            ("complai", "K-122"),
            ("warran", "K-110"),
            ("spare par", "K-116"),
            ("flue instal", "K-119"),
            ("defros", "K-109"),
            ("E2", "K-106"),
            ("not cool", "K-105"),
            ("must", "K-108"),
        ],
    );
}

#[test]
fn nothing_good_enough_gives_nothing() {
    let mut wrong = Vec::new();
    for text in [
        "",
        "   \n\t ",
        "，。！？",
        "你好",
        "您好，请问一下",
        "谢谢",
        "好的",
        "怎么办",
        "的",
        "hello there",
        "thanks a lot",
        "what is this",
        "今天股票大盘走势如何",
        "帮我订一张去北京的机票",
        "给我讲个笑话吧",
        "红烧肉怎么做好吃",
        "周杰伦最新专辑",
        "世界杯决赛比分",
        "量子力学的基本原理",
        "孩子数学作业不会做",
        "推荐一部好看的电影",
        "qwertyuiop asdfghjkl",
        "xyzzy",
        "lorem ipsum dolor sit amet",
        "capital of Mongolia",
        "recipe for chocolate cake",
        "who won the football match",
        "translate this poem into Latin",
        "0000000000",
        "!!!???///---",
        "😀😀😀",
        "手机充不进电",
        "best restaurants nearby",
        "how to learn the guitar",
        "Z99",
        "JSQ99-X1000000",
        "龘靐齉",
    ] {
        for typing in [false, true] {
            let hits = search(&SearchQuery { typing, ..query(text, "zh-CN") });
            if let Some(hit) = hits.first() {
                wrong.push(format!("{text:?} ({typing}): {} {}", hit.id, hit.title));
            }
        }
    }
    assert!(wrong.is_empty(), "{} found\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn odd_input_is_harmless() {
    let huge = "热水器 E4 漏水 drain ".repeat(50_000);
    let one_word = "a".repeat(1_000_000);
    for text in [
        huge.as_str(),
        one_word.as_str(),
        "\u{0}\u{1}\u{7f}",
        "\u{202e}4E器水热\u{202c}",
        "e\u{301}\u{301}\u{301}\u{20dd}",
        "👩‍👩‍👧‍👦 洗衣机 🔥",
        "\u{feff}E4\u{200b}",
        "'''---///...___",
        "a-b-c-d-e-f-g-h/i.j_k'l",
        "E-4 E/4 E.4 E_4 E'4",
        "title:热水器 AND (E4 OR *) ~ ^ \" [ ] { } : \\",
        "𠀀𠀁𠀂 㐀㐁",
        "한국어 ひらがな カタカナ",
        "İIıi ẞß Ǆ",
    ] {
        for typing in [false, true] {
            search(&SearchQuery { typing, ..query(text, "zh-CN") });
        }
    }
    let hits = search(&query(&huge, "zh-CN"));
    assert!(!hits.is_empty(), "the beginning of a long question still counts");
}

#[test]
fn an_article_comes_once_in_the_language_preferred() {
    for (text, language) in
        [("E4", "zh-CN"), ("E4", "en"), ("flue blocked heater", "zh-CN"), ("风压开关", "en")]
    {
        let hits = search(&query(text, language));
        assert_eq!(hits[0].id.as_str(), "K-118", "{text}");
        assert!(hits.iter().all(|hit| hit.language == language), "{text} {hits:?}");
        let mut ids: Vec<_> = hits.iter().map(|hit| hit.id.clone()).collect();
        ids.dedup();
        assert_eq!(ids.len(), hits.len());
    }
    let every = SearchOptions { every_language: true, ..SearchOptions::default() };
    let hits = knowledge().search_with(&query("JSQ30-W5 E4", "en"), every).unwrap();
    let of_first: Vec<_> =
        hits.iter().filter(|hit| hit.id.as_str() == "K-118").map(|hit| &hit.language).collect();
    assert_eq!(of_first.len(), 2, "{hits:?}");
}

#[test]
fn filters_and_limits_hold() {
    let base = SearchQuery { limit: 20, ..query("热水器 空调 洗衣机 故障", "zh-CN") };
    let all = search(&base);
    assert!(all.len() > 6, "{}", all.len());
    assert_eq!(search(&SearchQuery { limit: 3, ..base.clone() }).len(), 3);
    assert!(search(&SearchQuery { limit: 0, ..base.clone() }).is_empty());
    let tagged = search(&SearchQuery { tag: Some("空调".to_owned()), ..base.clone() });
    assert_eq!(
        tagged.iter().map(|hit| hit.id.as_str()).filter(|id| ("K-105"..="K-109").contains(id)).count(),
        tagged.len()
    );
    assert!(!tagged.is_empty());
    let of_model = search(&SearchQuery { product: Some("JSQ30-W5".to_owned()), ..base.clone() });
    assert!(!of_model.is_empty());
    for hit in of_model {
        let article = knowledge().article(&hit.id, Some("zh-CN")).unwrap().unwrap();
        assert!(article.products.iter().any(|product| product == "JSQ30-W5"));
    }
    assert!(search(&SearchQuery { tag: Some("没有这个标签".to_owned()), ..base }).is_empty());
}

#[test]
fn what_matched_is_marked() {
    let hits = search(&query("热水器 E4 打不着", "zh-CN"));
    let hit = &hits[0];
    let marked: Vec<_> = hit.title_highlights.iter().map(|range| &hit.title[range.clone()]).collect();
    assert_eq!(marked, ["热水器", "E4"], "{}", hit.title);
    assert!(!hit.snippet_highlights.is_empty(), "{}", hit.snippet);

    let hits = search(&query("refrigerants leaking", "en"));
    let hit = hits.iter().find(|hit| hit.id.as_str() == "K-105").unwrap();
    let marked: Vec<_> =
        hit.snippet_highlights.iter().map(|range| hit.snippet[range.clone()].to_lowercase()).collect();
    assert!(marked.iter().any(|word| word.starts_with("refrigerant")), "{marked:?} in {}", hit.snippet);
}

#[test]
fn a_search_takes_less_than_five_milliseconds() {
    let texts = [
        "热水器 E4",
        "洗衣机漏水，地板泡了！！",
        "My heater shows E4 and will not light",
        "trade-in",
        "发票抬头开错了",
        "inv",
    ];
    let mut times = Vec::new();
    for round in 0..50 {
        for text in texts {
            let query = SearchQuery { typing: round % 2 == 0, ..query(text, "zh-CN") };
            let start = std::time::Instant::now();
            knowledge().search(&query).unwrap();
            times.push(start.elapsed());
        }
    }
    times.sort_unstable();
    let (median, p99) = (times[times.len() / 2], times[times.len() * 99 / 100]);
    println!("median {median:?}, p99 {p99:?}");
    // The bar is for the 99th percentile on an idle machine; other tests share this one, so the median is
    // held to it here and the tail to a multiple.
    assert!(median.as_micros() < 5_000, "{median:?}");
    assert!(p99.as_millis() < 50, "{p99:?}");
}
