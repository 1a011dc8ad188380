//! Invented people and boards. Some names hold connectors, counters and number words: the register does.

use super::bytes::Bytes;
use crate::signing_rule::{Board, JuristicType, Liability, Member, Register, Role};

/// Names by letter: `{A}` in a seed stands for the first.
pub const NAMES: [&str; 14] = [
    "นายกล้า ทดลองดี",
    "นางสาวขวัญ สมมติไทย",
    "นายคม ตัวอย่างชัย",
    "นางจันทร์ ลองงาม",
    "ดร.ฉัตร จำลองกุล",
    "พันตำรวจเอก ชาญ แบบอย่าง",
    "นายเก่า จากไป",
    "นายสองหรือ และกลุ่ม",
    "นางกรรมการ ร่วมกัน",
    "Mr. John O'Sample-Doe",
    "นายหนึ่ง สามในห้าคน",
    "นายกล้า ทดลองดี",
    "กล้าดี",
    "นางสาวขวัญ สมมติ",
];

/// The letter of the person who is only on record as a former officer.
const FORMER: usize = 6;

/// A board, who was there earlier, and the type.
pub struct Cast {
    /// On record now.
    pub board: Board,
    /// On record earlier.
    pub former: Vec<Member>,
    /// The type, where it is known.
    pub juristic_type: Option<JuristicType>,
}

fn member(letter: usize) -> Member {
    let id = char::from(b'A' + u8::try_from(letter).unwrap());
    Member::director(id.to_string(), NAMES[letter])
}

impl Cast {
    /// Six directors of six names, one former: the board of the seeds.
    pub fn plain() -> Self {
        Self {
            board: Board::new((0..6).map(member).collect()).unwrap(),
            former: vec![member(FORMER)],
            juristic_type: Some(JuristicType::LimitedCompany),
        }
    }

    /// Any board that bytes choose.
    pub fn any(bytes: &mut Bytes<'_>) -> Self {
        let mut members = Vec::new();
        let mut former = vec![member(FORMER)];
        let office = bytes.pick(&[
            Role::Director,
            Role::Director,
            Role::ManagingPartner,
            Role::Liquidator,
        ]);
        let (here, keyed) = (bytes.word(), bytes.word());
        for letter in (0..NAMES.len()).filter(|letter| *letter != FORMER) {
            if here & (1 << letter) == 0 {
                continue;
            }
            let mut row = member(letter).with_role(office);
            if keyed & (1 << letter) != 0 {
                // Two letters share each key, so that a key also links rows of different names.
                row = row.with_person(format!("key {}", letter / 2));
            }
            if here & keyed & 1 != 0 && letter % 3 == 0 {
                row = row.with_liability(Liability::Limited);
            }
            members.push(row);
        }
        if here & (1 << 15) != 0 {
            members.push(member(2).with_role(Role::Liquidator));
        }
        if keyed & (1 << 15) != 0 {
            former.push(member(0));
        }
        let juristic_type = bytes.pick(&[
            None,
            Some(JuristicType::LimitedCompany),
            Some(JuristicType::PublicLimitedCompany),
            Some(JuristicType::LimitedPartnership),
            Some(JuristicType::TradeAssociation),
        ]);
        Self {
            board: Board::new(members).unwrap(),
            former,
            juristic_type,
        }
    }

    /// What the reader is given.
    pub fn register(&self) -> Register<'_> {
        Register {
            board: &self.board,
            former: &self.former,
            juristic_type: self.juristic_type,
        }
    }
}

/// The text with names in the place of letters in braces.
pub fn fill(template: &str) -> String {
    NAMES
        .iter()
        .enumerate()
        .fold(template.to_owned(), |text, (letter, name)| {
            let letter = char::from(b'A' + u8::try_from(letter).unwrap());
            text.replace(&format!("{{{letter}}}"), name)
        })
}
