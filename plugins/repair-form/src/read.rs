//! Reads fault codes, models, phone numbers and addresses out of what people write.

use plugin_kit::language::is_han;

/// Runs of letters, digits and signs that codes and models are made of.
fn tokens<'a>(text: &'a str, signs: &'static str) -> impl Iterator<Item = &'a str> {
    text.split(move |c: char| !c.is_ascii_alphanumeric() && !signs.contains(c))
        .filter(|token| !token.is_empty())
}

/// A fault code: `E4`, `F1`, `H6`, `E-10`, `UE`, `CO`. Part of a longer word or number it is none.
pub fn code(text: &str) -> Option<String> {
    tokens(text, "-").find_map(|token| {
        let token = token.trim_matches('-');
        if matches!(token, "UE" | "CO") {
            return Some(token.to_owned());
        }
        let first = token.chars().next()?.to_ascii_uppercase();
        let digits = token.get(1..)?.trim_start_matches('-');
        let fits = "EFHU".contains(first)
            && (1..=3).contains(&digits.len())
            && digits.bytes().all(|byte| byte.is_ascii_digit());
        // `H8` at the end of a model is a part of it and stands after a sign, so it was cut off before.
        fits.then(|| format!("{first}{digits}"))
    })
}

/// A model: capital letters and digits with a sign inside, such as `JSQ30-W5` or `KFR-35GW/Q3`.
pub fn model(text: &str) -> Option<String> {
    tokens(text, "-/").find_map(|token| {
        let token = token.trim_matches(['-', '/']);
        let (head, tail) = token.split_once('-')?;
        let letters = head.chars().take_while(char::is_ascii_alphabetic).count();
        let has_digit = token.bytes().any(|byte| byte.is_ascii_digit());
        // `R-20914` is a ticket and `D31955` an order.
        let fits = letters >= 2 && has_digit && !tail.is_empty() && (6..=20).contains(&token.len());
        fits.then(|| token.to_uppercase())
    })
}

/// A phone number as digits, with a plus where there was one. Handles that the desk masks pass as they are.
pub fn phone(text: &str) -> Option<String> {
    let masked =
        text.split(|c: char| !c.is_ascii_digit() && !"*+".contains(c)).find(|part| part.contains("***"));
    if let Some(masked) = masked {
        return Some(masked.to_owned());
    }
    let mut number = String::new();
    for c in text.chars().chain(std::iter::once('\n')) {
        match c {
            '0'..='9' => number.push(c),
            '+' if number.is_empty() => number.push(c),
            // Signs that people write inside of numbers.
            ' ' | '-' | '(' | ')' if !number.is_empty() => {}
            _ if is_phone(&number) => return Some(number),
            _ => number.clear(),
        }
    }
    None
}

/// Mobile and service numbers of China, or an international number.
pub fn is_phone(number: &str) -> bool {
    let digits = number.trim_start_matches('+');
    let all_digits = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    if number.contains("***") {
        return number.chars().all(|c| c.is_ascii_digit() || "*+".contains(c));
    }
    let length = digits.len();
    all_digits
        && if number.starts_with('+') {
            (8..=15).contains(&length)
        } else {
            (length == 11 && number.starts_with('1') && !number.starts_with("10"))
                || ((10..=12).contains(&length) && number.starts_with('0'))
        }
}

/// An address: a part of a text with a street or a house and a number.
pub fn address(text: &str) -> Option<String> {
    let parts = text.split(['，', '。', '；', '！', '？', '\n', ';', '!', '?']);
    let found = parts.map(str::trim).find(|part| is_address(part))?;
    let cut = [
        "我家地址是",
        "地址是",
        "地址：",
        "地址:",
        "地址",
        "我家在",
        "我住在",
        "住在",
        "在",
        "My address is",
        "my address is",
        "I live at",
        "Address:",
        "address:",
    ];
    let found = cut.iter().find_map(|lead| found.strip_prefix(lead)).unwrap_or(found);
    Some(found.trim_start_matches([' ', '：', ':']).to_owned())
}

fn is_address(part: &str) -> bool {
    const ADDRESS_MAX_CHARS: usize = 80;
    if part.chars().count() > ADDRESS_MAX_CHARS || !part.bytes().any(|byte| byte.is_ascii_digit()) {
        return false;
    }
    let has = |words: &[&str]| words.iter().any(|word| part.contains(word));
    if part.chars().any(is_han) {
        let place = has(&["路", "街", "巷", "大道", "弄", "小区", "花园", "苑", "新村", "公寓"]);
        return place && has(&["号", "幢", "栋", "室", "单元", "弄"]);
    }
    let lower = part.to_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| lower.contains(word));
    has(&["road", "street", "avenue", "lane", "boulevard"])
        || (has(&["building", "apartment", "villa"]) && has(&["room", "building", "garden", "apartment"]))
}
