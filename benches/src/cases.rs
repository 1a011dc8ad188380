//! What is measured: one everyday rule, one long statement, and texts made to be slow.

use crate::signing_rule::{
    Board, Clause, CompiledRule, Decision, Member, People, Question, Rule, RuleKind, Scope, Seal,
    SealGiven, SigningRule, Span, Standing, compile,
};

/// References of the seven directors.
pub const SEVEN: [&str; 7] = ["d1", "d2", "d3", "d4", "d5", "d6", "d7"];

const NAMES: [&str; 7] = [
    "นายกล้า ทดลองดี",
    "นางสาวขวัญ สมมติไทย",
    "นายคม ตัวอย่างชัย",
    "นางจันทร์ ลองงาม",
    "ดร.ฉัตร จำลองกุล",
    "พันตำรวจเอก ชาญ แบบอย่าง",
    "นายซื่อ คำเทียม",
];

/// A board of seven.
pub fn seven() -> Board {
    let members = SEVEN
        .iter()
        .zip(NAMES)
        .map(|(id, name)| Member::director(*id, name));
    Board::new(members.collect()).unwrap()
}

/// Any two directors jointly, with the seal.
pub fn two_with_seal() -> SigningRule {
    SigningRule::new(vec![Clause {
        rule: Rule::any_director(2).unwrap(),
        seal: Seal::Required,
        span: Span { start: 0, end: 54 },
        scope: Scope::default(),
    }])
    .unwrap()
}

/// The same, compiled for the board of seven.
pub fn two_of_seven() -> CompiledRule {
    compile(&two_with_seal(), &seven(), Standing::ACTIVE_COMPANY).unwrap()
}

/// Asked for a loan, by these of the seven.
pub fn question(board: &Board, signers: &[&str], sealed: bool) -> Question {
    let people = signers
        .iter()
        .fold(People::NONE, |all, one| all.union(board.people_named(one)));
    let question = Question::by(people).about("credit.loan".parse().unwrap());
    if sealed { question.sealed() } else { question }
}

/// The rule walked as it is written, without compiling: counts, looks names up, tries every choice of seats.
pub fn naive(rule: &SigningRule, board: &Board, signers: &[&str], seal: SealGiven) -> Decision {
    let directors: Vec<&str> = board
        .members()
        .iter()
        .map(|member| member.id.as_str())
        .collect();
    let valid: Vec<&str> = signers
        .iter()
        .copied()
        .filter(|signer| directors.contains(signer))
        .collect();
    let met = rule.clauses().iter().any(|clause| {
        (clause.seal == Seal::NotRequired || seal == SealGiven::Registered)
            && walk(&clause.rule, directors.len(), valid.clone()).is_some()
    });
    if met {
        Decision::Permit
    } else {
        Decision::Deny
    }
}

/// Who is left after a rule took its people, first choice first.
fn walk<'a>(rule: &Rule, board: usize, mut left: Vec<&'a str>) -> Option<Vec<&'a str>> {
    let mut take = |n: usize| (left.len() >= n).then(|| left.split_off(n));
    match &rule.kind {
        RuleKind::Person(reference) => {
            let at = left.iter().position(|signer| signer == reference)?;
            left.remove(at);
            Some(left)
        }
        RuleKind::AnyDirector(n) => take(usize::from(n.get())),
        RuleKind::AllDirectors => take(board),
        RuleKind::Majority(share) => take(share.of(board)),
        RuleKind::AnyOfPool { .. } => None,
        RuleKind::AllOf(parts) => parts
            .as_slice()
            .iter()
            .try_fold(left, |left, part| walk(part, board, left)),
        RuleKind::AnyOf(parts) => parts
            .as_slice()
            .iter()
            .find_map(|part| walk(part, board, left.clone())),
        RuleKind::AtLeast { n, of, .. } => {
            let mut open = usize::from(n.get());
            for part in of.as_slice() {
                if open > 0
                    && let Some(rest) = walk(part, board, left.clone())
                {
                    left = rest;
                    open -= 1;
                }
            }
            (open == 0).then_some(left)
        }
    }
}

/// Every smallest set of people who would complete the signatures, by trying all.
pub fn naive_missing(rule: &SigningRule, board: &Board, signers: &[&str]) -> Vec<Vec<String>> {
    let others: Vec<&str> = board
        .members()
        .iter()
        .map(|member| member.id.as_str())
        .filter(|id| !signers.contains(id))
        .collect();
    let mut found: Vec<u32> = Vec::new();
    let mut sets: Vec<u32> = (0..1 << others.len()).collect();
    sets.sort_by_key(|set| set.count_ones());
    for set in sets {
        if found.iter().any(|smaller| smaller & set == *smaller) {
            continue;
        }
        let added = others
            .iter()
            .enumerate()
            .filter(|(index, _)| set & (1 << index) != 0)
            .map(|(_, id)| *id);
        let asked: Vec<&str> = signers.iter().copied().chain(added).collect();
        if naive(rule, board, &asked, SealGiven::Registered) == Decision::Permit {
            found.push(set);
        }
    }
    let named = |set: &u32| {
        let chosen = others
            .iter()
            .enumerate()
            .filter(|(index, _)| set & (1 << index) != 0);
        chosen.map(|(_, id)| (*id).to_owned()).collect()
    };
    found.iter().map(named).collect()
}

/// Two groups, a seal, an exception and a limit: about 300 characters, read completely.
pub fn statement() -> String {
    format!(
        "กรรมการกลุ่ม ก คนใดคนหนึ่งลงลายมือชื่อร่วมกับกรรมการกลุ่ม ข คนใดคนหนึ่ง และประทับตราสำคัญของบริษัท \
         เว้นแต่การกู้ยืมเงินให้กรรมการสองคนลงลายมือชื่อร่วมกัน \
         กรรมการกลุ่ม ก ได้แก่ {} {} {} กรรมการกลุ่ม ข ได้แก่ {} {}",
        NAMES[0], NAMES[1], NAMES[2], NAMES[3], NAMES[4]
    )
}

/// Texts just below 64 KiB, each made to cost a different part of the reader.
pub fn nasty() -> Vec<(&'static str, String)> {
    let most = 64 * 1024;
    let times = |unit: &str| unit.repeat(most / unit.len());
    let nested = |open: &str, close: &str| {
        let half = most / 2 / open.len().max(close.len());
        format!("{}{}", open.repeat(half), close.repeat(half))
    };
    let names = format!("{} {} ", NAMES[0], NAMES[3]);
    vec![
        ("all names", times(&names)),
        ("names and หรือ", times(&format!("{} หรือ ", NAMES[0]))),
        (
            "names, หรือ and และ",
            times(&format!("{} หรือ {} และ ", NAMES[0], NAMES[1])),
        ),
        ("all หรือ", times("หรือ")),
        ("all digits", times("7")),
        ("all numbers", times("12 ")),
        ("all number words", times("สองล้านห้าแสน")),
        ("all brackets", nested("(", ")")),
        ("nested groups", times("กรรมการกลุ่ม ก ได้แก่ (")),
        ("groups by figures", times("กลุ่ม 99 ")),
        ("one long unknown word", times("ฏ")),
        ("all titles", times("นาย")),
        ("long titles", times("ว่าที่ร้อยตรี")),
        ("military titles", times("พันตำรวจเอก ")),
        ("all combining marks", times("\u{e48}")),
        (
            "marks on one consonant",
            format!("ก{}", "\u{e34}\u{e48}".repeat(most / 6 - 1)),
        ),
        ("all spaces", times(" ")),
        ("all zero width", times("\u{200b}")),
        ("split sara am", times("\u{e4d}\u{e32}")),
        ("almost the lexicon", times("ลงลายมือชื")),
        ("almost a name", times("นายกล้า ทดลองด")),
        (
            "almost the heading",
            times("จำนวนหรือชื่อกรรมการซึ่งลงชื่อผูกพันบริษัทได"),
        ),
        ("alternatives", times("กรรมการสองคนลงลายมือชื่อร่วมกัน หรือ ")),
        (
            "exceptions",
            times("เว้นแต่การกู้ยืมเงินให้กรรมการหนึ่งคนลงลายมือชื่อ "),
        ),
        ("amounts", times("ในวงเงินไม่เกิน 1,000,000 บาท ")),
        ("scope words", times("การกู้ยืมเงิน ")),
    ]
}
