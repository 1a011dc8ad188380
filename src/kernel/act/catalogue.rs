//! The rows of the catalogue.

use super::{ACT_COUNT, Family, Form};

#[derive(Debug)]
pub(super) struct ActType {
    pub(super) code: &'static str,
    pub(super) thai: &'static str,
    pub(super) english: &'static str,
    pub(super) family: Family,
    pub(super) named_authority: Option<u8>,
    pub(super) form: Form,
    pub(super) carries_amount: bool,
}

impl ActType {
    /// What a position outside the catalogue would be; no code leads there.
    pub(super) const NOWHERE: Self = Self {
        code: "",
        thai: "",
        english: "",
        family: Family::Commercial,
        named_authority: None,
        form: Form::None,
        carries_amount: false,
    };
}

macro_rules! catalogue {
    ($($code:literal, $thai:literal, $english:literal, $family:ident, $named:expr, $form:ident, $amount:literal;)*) => {
        [$(ActType {
            code: $code,
            thai: $thai,
            english: $english,
            family: Family::$family,
            named_authority: $named,
            form: Form::$form,
            carries_amount: $amount,
        },)*]
    };
}

// Code, Thai, English, family, number in s. 801 paragraph 2 (an act that a general power never
// includes), form, whether it usually carries an amount.
pub(super) static CATALOGUE: [ActType; ACT_COUNT] = catalogue! {
    "bank.account.open", "เปิดบัญชีเงินฝาก", "Open a deposit account", Banking, None, None, false;
    "bank.account.operate", "ฝาก ถอน โอนเงิน และสั่งจ่ายเช็ค", "Operate account, transfer, sign cheques", Banking, None, None, true;
    "bank.account.close", "ปิดบัญชีเงินฝาก", "Close an account", Banking, None, None, false;
    "bank.ebanking.admin", "สมัครและบริหารผู้ใช้ระบบธนาคารอิเล็กทรอนิกส์", "Apply for / administer corporate e-banking", Banking, None, None, false;
    "credit.loan", "กู้ยืมเงินและรับสินเชื่อ", "Borrow / accept credit facilities", Credit, None, Evidence, true;
    "credit.guarantee", "ค้ำประกันหนี้", "Give a guarantee", Credit, None, Evidence, true;
    "credit.mortgage.immovable", "จำนองอสังหาริมทรัพย์", "Mortgage immovable property", Credit, Some(1), Registered, true;
    "credit.pledge.security", "จำนำ/หลักประกันทางธุรกิจ", "Pledge / business-security agreement", Credit, None, WritingOrRegistered, true;
    "credit.bureau.consent", "ให้ความยินยอมเปิดเผยข้อมูลเครดิต", "Consent to credit-bureau disclosure", Credit, None, Writing, false;
    "telecom.register", "เปิดใช้บริการโทรคมนาคม/ลงทะเบียนซิม", "Subscribe telecom service / register SIM", Telecom, None, None, false;
    "telecom.change", "เปลี่ยนแปลง โอน ย้ายค่าย ยกเลิกบริการโทรคมนาคม", "Change, transfer, port, cancel", Telecom, None, None, false;
    "tax.efile", "ยื่นแบบแสดงรายการภาษี", "File tax returns", Tax, None, None, true;
    "tax.vat.register", "จดทะเบียนภาษีมูลค่าเพิ่ม/แก้ไขทะเบียน", "VAT registration and changes", Tax, None, None, false;
    "tax.refund", "ขอคืนและรับเงินคืนภาษี", "Claim and receive a tax refund", Tax, None, None, true;
    "tax.dispute", "อุทธรณ์และชี้แจงต่อกรมสรรพากร", "Tax appeal / explanation", Tax, None, Writing, true;
    "tax.estamp", "ชำระอากรแสตมป์เป็นตัวเงิน (อ.ส.9)", "Pay stamp duty electronically", Tax, None, None, true;
    "dbd.register.change", "จดทะเบียนแก้ไขเพิ่มเติมกรรมการ/ที่ตั้ง/ทุน", "Register changes (directors, address, capital)", Registry, None, Writing, false;
    "dbd.certificate.request", "ขอหนังสือรับรองและสำเนาเอกสารทะเบียน", "Request certificates / certified copies", Registry, None, None, false;
    "dbd.financials.file", "นำส่งงบการเงิน (DBD e-Filing)", "File financial statements", Registry, None, None, false;
    "dbd.shareholders.file", "นำส่งสำเนาบัญชีรายชื่อผู้ถือหุ้น (บอจ.5)", "File list of shareholders", Registry, None, None, false;
    "dbd.dissolve", "จดทะเบียนเลิกและชำระบัญชี", "Register dissolution / liquidation", Registry, None, Writing, false;
    "dbd.ecommerce", "จดทะเบียนพาณิชย์อิเล็กทรอนิกส์", "Register e-commerce", Registry, None, None, false;
    "proc.egp.register", "ลงทะเบียนผู้ค้ากับภาครัฐ (e-GP)", "Register as government vendor", Procurement, None, None, false;
    "proc.bid", "ยื่นข้อเสนอ/เสนอราคา (e-bidding)", "Submit a bid", Procurement, None, Writing, true;
    "proc.contract.sign", "ลงนามสัญญากับหน่วยงานของรัฐ", "Sign a state contract", Procurement, None, Writing, true;
    "proc.delivery", "ส่งมอบงาน/รับเงิน/วางหลักประกัน", "Deliver, receive payment, lodge security", Procurement, None, None, true;
    "contract.general", "ทำสัญญาทางการค้าทั่วไป", "Ordinary commercial contracts", Commercial, None, Evidence, true;
    "contract.sale.movable", "ซื้อขายสังหาริมทรัพย์ (เกิน 20,000 บาท)", "Sale of movables", Commercial, None, Evidence, true;
    "property.sale.immovable", "ขายอสังหาริมทรัพย์", "Sell immovable property", Property, Some(1), Registered, true;
    "property.buy.immovable", "ซื้อและรับโอนอสังหาริมทรัพย์", "Buy / accept transfer", Property, None, Registered, true;
    "property.lease.short", "ให้เช่าอสังหาริมทรัพย์ไม่เกินสามปี", "Let immovable ≤ 3 years", Property, None, Evidence, true;
    "property.lease.long", "ให้เช่าอสังหาริมทรัพย์กว่าสามปี", "Let immovable > 3 years", Property, Some(2), Registered, true;
    "property.gift", "ให้โดยเสน่หา", "Make a gift", Property, Some(3), WritingOrRegistered, true;
    "property.servitude", "จดทะเบียนภาระจำยอม สิทธิเก็บกิน สิทธิเหนือพื้นดิน", "Register servitude / usufruct / superficies", Property, None, Registered, false;
    "property.land.office", "ติดต่อสำนักงานที่ดิน (รังวัด ขอเอกสาร)", "Land-office dealings (survey, documents; form ท.ด.21)", Property, None, Writing, false;
    "litig.sue", "ฟ้องคดีและดำเนินกระบวนพิจารณา", "File and conduct an action", Litigation, Some(5), Writing, false;
    "litig.defend", "ต่อสู้คดี แต่งตั้งทนายความ", "Defend, appoint counsel", Litigation, None, Writing, false;
    "litig.compromise", "ประนีประนอมยอมความ ถอนฟ้อง ยอมรับ", "Compromise, withdraw, admit", Litigation, Some(4), Evidence, true;
    "litig.arbitrate", "เสนอข้อพิพาทต่ออนุญาโตตุลาการ", "Submit to arbitration", Litigation, Some(6), Writing, true;
    "litig.criminal", "ร้องทุกข์และถอนคำร้องทุกข์", "Lodge/withdraw a criminal complaint", Litigation, None, Writing, false;
    "hr.employ", "จ้าง เลิกจ้าง และลงนามเอกสารแรงงาน", "Hire, dismiss, sign labour documents", Employment, None, None, false;
    "hr.sso", "ขึ้นทะเบียนและนำส่งประกันสังคม/กองทุน", "Social security registration and filing", Employment, None, None, true;
    "customs.clear", "ผ่านพิธีการศุลกากร (e-Customs)", "Customs clearance / paperless registration", Customs, None, None, true;
    "ins.policy", "ทำประกันภัย เรียกร้อง และรับค่าสินไหม", "Insurance contracts, claims, receive indemnity", Insurance, None, Evidence, true;
    "sec.trade", "เปิดบัญชีและซื้อขายหลักทรัพย์", "Open account / trade securities", Securities, None, Writing, true;
    "meeting.proxy", "เข้าประชุมผู้ถือหุ้นและออกเสียงแทน", "Attend and vote at shareholders' meeting by proxy", Corporate, None, Writing, false;
    "permit.license", "ขอรับและต่ออายุใบอนุญาต", "Apply for/renew licences", Government, None, Writing, false;
    "id.consent.data", "ให้ความยินยอมเปิดเผยข้อมูล (e-Consent)", "Give data-sharing consent", Consent, None, None, false;
};
