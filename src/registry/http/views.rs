//! What the endpoints show: JSON in `snake_case`, instants in RFC 3339, money as decimal strings.

use crate::kernel::lang::Bilingual;
use crate::kernel::money::Baht;
use crate::kernel::time::Instant;
use crate::registry::history::bitemporal::{Held, Span, held};
use crate::registry::history::difference::difference;
use crate::registry::labels::Labelled;
use crate::registry::model::{
    Address, Facts, FormerName, IdentityState, Objectives, Officer, OfficerRole, RegisterVersion,
};
use crate::registry::reading::{Reading, ReadingRefusal};
use crate::registry::review::officer::reference_for;
use crate::registry::review::{Act, ReviewedRule};
use crate::signing_rule::{Flag, Outcome, SigningRule};
use crate::web::problem::Problem;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

/// An amount of money.
#[derive(Debug, Serialize, ToSchema)]
pub struct MoneyView {
    /// Decimal string with two places.
    #[schema(example = "5000000.00")]
    pub(super) value: String,
    /// ISO 4217.
    #[schema(example = "THB")]
    pub(super) currency: &'static str,
}

impl From<Baht> for MoneyView {
    fn from(amount: Baht) -> Self {
        Self {
            value: amount.to_string(),
            currency: "THB",
        }
    }
}

/// A code with what people call it.
#[derive(Debug, Serialize, ToSchema)]
pub struct CodeView {
    /// Stable code.
    pub(super) code: &'static str,
    /// Thai.
    pub(super) th: String,
    /// English.
    pub(super) en: String,
}

impl CodeView {
    /// A word of the register.
    pub(in crate::registry) fn of(word: impl Labelled) -> Self {
        Self::new(word.code(), word.label())
    }

    pub(crate) fn new(code: &'static str, label: Bilingual) -> Self {
        Self {
            code,
            th: label.th,
            en: label.en,
        }
    }
}

/// Which version answered, and how old it is.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RecordAsOf)]
pub struct AsOfView {
    /// Version of the record, counted from 1 for each juristic person.
    pub(super) registry_version: u64,
    /// The register was first seen to state this at this instant.
    #[schema(value_type = String, format = DateTime)]
    pub(super) valid_from: Instant,
    /// We learnt it at this instant.
    #[schema(value_type = String, format = DateTime)]
    pub(super) recorded_at: Instant,
    /// The register was last seen to state this at this instant.
    #[schema(value_type = String, format = DateTime)]
    pub(super) data_as_of: Instant,
    /// `feed` or `exchange`.
    pub(super) source: &'static str,
    /// Whether the facts are older than allowed because the register could not be asked.
    pub(super) stale: bool,
    /// SHA-256 of the record's canonical JSON.
    pub(super) digest: String,
}

impl AsOfView {
    pub(in crate::registry) fn new(version: &RegisterVersion, stale: bool) -> Self {
        Self {
            registry_version: version.version,
            valid_from: version.valid_from,
            recorded_at: version.recorded_at,
            data_as_of: version.data_as_of,
            source: version.source.as_str(),
            stale,
            digest: version.digest.to_hex(),
        }
    }
}

/// An address in the register's parts; a part that is not there is left out.
#[derive(Debug, Serialize, ToSchema)]
pub struct AddressView {
    /// What the register calls it.
    pub name: String,
    /// The whole in one line.
    pub full: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub building: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub room: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub floor: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub village: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub number: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub moo: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub soi: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub road: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub tumbol: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub ampur: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub province: String,
}

impl From<Address> for AddressView {
    fn from(address: Address) -> Self {
        Self {
            name: address.name,
            full: address.full,
            building: address.building,
            room: address.room,
            floor: address.floor,
            village: address.village,
            number: address.number,
            moo: address.moo,
            soi: address.soi,
            road: address.road,
            tumbol: address.tumbol,
            ampur: address.ampur,
            province: address.province,
        }
    }
}

/// What it was registered to do.
#[derive(Debug, Serialize, ToSchema)]
pub struct ObjectivesView {
    /// Number of clauses.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) count: Option<u32>,
    /// Pages they fill.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) pages: Option<u32>,
    /// Thai standard industrial classification, five digits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) standard_code: Option<String>,
    /// Objectives told in words.
    pub(super) texts: Vec<String>,
}

impl From<Objectives> for ObjectivesView {
    fn from(objectives: Objectives) -> Self {
        Self {
            count: objectives.count,
            pages: objectives.pages,
            standard_code: objectives.standard_code,
            texts: objectives.texts,
        }
    }
}

/// A name that a juristic person no longer has.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FormerName)]
pub struct FormerNameView {
    /// The whole name, as registered.
    pub(super) name: String,
    /// First day on which it had another name, where the register told it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = Date)]
    pub(super) until: Option<chrono::NaiveDate>,
}

impl From<FormerName> for FormerNameView {
    fn from(former: FormerName) -> Self {
        Self {
            name: former.name,
            until: former.until,
        }
    }
}

/// Facts of a juristic person.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = JuristicPerson)]
pub struct JuristicPersonView {
    /// 13 digits.
    pub(super) registration_number: String,
    /// Number before a conversion or amalgamation, as the register writes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) former_number: Option<String>,
    /// Type.
    pub(super) juristic_type: CodeView,
    /// Status.
    pub(super) status: CodeView,
    /// Status in the register's own words.
    pub(super) status_text: String,
    /// Full Thai name.
    pub(super) name_th: String,
    /// English name, if registered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) name_en: Option<String>,
    /// Earlier names, oldest first.
    pub(super) former_names: Vec<FormerNameView>,
    /// Date of registration.
    #[schema(value_type = String, format = Date)]
    pub(super) registered_on: chrono::NaiveDate,
    /// Day on which its dissolution was registered, where the register told it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = Date)]
    pub(super) dissolved_on: Option<chrono::NaiveDate>,
    /// Registration number of the juristic person that followed it by conversion or amalgamation, where the register
    /// told it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) successor_number: Option<String>,
    /// Registered capital.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) capital: Option<MoneyView>,
    /// Paid-up capital.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) paid_up: Option<MoneyView>,
    /// Head office first.
    pub(super) addresses: Vec<AddressView>,
    /// Objectives.
    pub(super) objectives: ObjectivesView,
    /// Which version answered.
    pub(super) as_of: AsOfView,
}

/// One person on record.
#[derive(Debug, Serialize, ToSchema)]
pub struct OfficerView {
    /// Reference, as used in signing rules and answers.
    #[schema(example = "off_1")]
    pub(super) reference: String,
    /// Place on the register's list.
    pub(super) sequence: u32,
    /// Name as registered, with title.
    pub(super) name: String,
    /// `director`, `managing_partner`, `partner`, `liquidator`, `official_receiver`, `plan_preparer`,
    /// `plan_administrator`.
    pub(super) roles: Vec<&'static str>,
    /// What people call these roles, in the same order.
    pub(super) role_names: Vec<CodeView>,
    /// Name in Latin letters, where the register told it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) latin_name: Option<String>,
    /// A partner's liability, code `limited` or `unlimited`, where the register told it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) liability: Option<CodeView>,
    /// Nationality, ISO 3166-1 alpha-3, where the register told it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) nationality: Option<String>,
    /// First day in office, where the register told it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = Date)]
    pub(super) appointed: Option<chrono::NaiveDate>,
    /// First day no longer in office.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = Date)]
    pub(super) ended: Option<chrono::NaiveDate>,
    /// Whether a signed-in person can be linked to this officer: the register told whose number it is.
    pub(super) linkable: bool,
}

/// People on record.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Officers)]
pub struct OfficersView {
    /// In office at the instant asked about.
    pub(super) officers: Vec<OfficerView>,
    /// Left by then, as far as the register told.
    pub(super) former_officers: Vec<OfficerView>,
    /// Whether the register told whose numbers stand behind the officers: `known`, `unavailable`, `conflicting`.
    pub(super) identities: &'static str,
    /// Which version answered.
    pub(super) as_of: AsOfView,
}

/// One registered text.
#[derive(Debug, Serialize, ToSchema)]
pub struct StatementView {
    /// `authority`, `restriction`, `other`, `name_change`, `note`.
    pub(super) kind: &'static str,
    /// The text, letter by letter as registered.
    pub(super) text: String,
}

/// Registered texts.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Statements)]
pub struct StatementsView {
    /// In the register's order.
    pub(super) statements: Vec<StatementView>,
    /// Which version answered.
    pub(super) as_of: AsOfView,
}

/// One notable thing about a reading.
#[derive(Debug, Serialize, ToSchema)]
pub struct FlagView {
    /// Stable code.
    pub(in crate::registry) code: &'static str,
    /// Thai.
    pub(in crate::registry) detail_th: String,
    /// English.
    pub(in crate::registry) detail: String,
}

/// What the registered statement means.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SigningRule)]
pub struct SigningRuleView {
    /// `complete`, `ambiguous`, `unresolved` or `reviewed`. Only `complete` and `reviewed` decide.
    pub(super) outcome: &'static str,
    /// The registered text that was read, letter by letter; null when nothing is registered.
    pub(super) statement: Option<String>,
    /// A registered limit beside the statement, which keeps it from being complete.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) restriction: Option<String>,
    /// The rule's review by two registry officers; present exactly with the outcome `reviewed`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) reviewed: Option<ReviewedView>,
    /// The clauses of the rule, alternatives of one another; empty unless complete or reviewed.
    #[schema(value_type = Vec<Object>)]
    pub(super) clauses: Value,
    /// The readings of an ambiguous statement, each a list of clauses.
    #[schema(value_type = Vec<Vec<Object>>)]
    pub(super) readings: Value,
    /// Words that were not understood: `[start, end]` in Unicode scalar values of `statement`.
    pub(super) unresolved_spans: Vec<[usize; 2]>,
    /// What is notable.
    pub(super) flags: Vec<FlagView>,
    /// What decides a question now: `statement`, `reviewed_rule`, `status_or_law` (which settle without a statement), or
    /// `nothing`.
    pub(super) decided_by: &'static str,
    /// Which version answered.
    pub(super) as_of: AsOfView,
}

/// What a registry officer did to a rule.
#[derive(Debug, Serialize, ToSchema)]
pub struct OfficerActView {
    /// Your reference of the officer; another client has another one.
    pub(in crate::registry) officer: String,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub(in crate::registry) at: Instant,
    /// Why, in the officer's words.
    pub(in crate::registry) reason: String,
}

impl OfficerActView {
    pub(in crate::registry) fn new(act: &Act, caller: &str) -> Self {
        Self {
            officer: reference_for(&act.officer, caller),
            at: act.at,
            reason: act.reason.clone(),
        }
    }
}

/// How a rule came to decide for a sentence that was not read with certainty.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ReviewedRule)]
pub struct ReviewedView {
    /// SHA-256 of the rule with everything it is bound to; answers and receipts name it.
    pub(super) rule_sha256: String,
    /// The review.
    pub(super) review: String,
    /// The proposal that was confirmed.
    pub(super) proposal: String,
    /// What the grammar made of the sentence: `complete`, `ambiguous` or `unresolved`.
    pub(super) read_as: &'static str,
    /// The officer who proposed it.
    pub(super) proposed: OfficerActView,
    /// The other officer, who confirmed it.
    pub(super) confirmed: OfficerActView,
}

impl ReviewedView {
    fn new(rule: &ReviewedRule, reading: &Reading, caller: &str) -> Self {
        Self {
            rule_sha256: rule.digest.to_hex(),
            review: rule.review.to_string(),
            proposal: rule.proposal.to_string(),
            read_as: reading.outcome().as_str(),
            proposed: OfficerActView::new(&rule.proposed, caller),
            confirmed: OfficerActView::new(&rule.confirmed, caller),
        }
    }
}

/// The word for how a rule was got.
pub(super) fn outcome_word(reading: &Reading) -> &'static str {
    match &reading.reviewed {
        Some(_) => "reviewed",
        None => reading.outcome().as_str(),
    }
}

/// Flags with what they mean.
pub(in crate::registry) fn flag_views(flags: &[Flag]) -> Vec<FlagView> {
    flags
        .iter()
        .map(|flag| {
            let text = flag.text();
            FlagView {
                code: flag.as_str(),
                detail_th: text.th,
                detail: text.en,
            }
        })
        .collect()
}

/// The clauses of a rule in their public JSON.
pub(in crate::registry) fn clauses(rule: &SigningRule) -> Result<Value, Problem> {
    serde_json::to_value(rule.clauses()).map_err(|error| Problem::internal(&error))
}

/// A reading as shown.
pub(super) fn signing_rule(
    facts: &Facts,
    reading: &Reading,
    stale: bool,
    caller: &str,
) -> Result<SigningRuleView, Problem> {
    let read = reading.interpretation.as_ref();
    let complete = reading.outcome() == Outcome::Complete;
    let rule = match &reading.reviewed {
        Some(reviewed) => Some(&reviewed.rule),
        None => read.and_then(|read| read.rule.as_ref()),
    };
    let readings: Vec<Value> = read
        .map_or(&[][..], |read| read.readings.as_slice())
        .iter()
        .map(clauses)
        .collect::<Result<_, _>>()?;
    Ok(SigningRuleView {
        outcome: outcome_word(reading),
        statement: reading.statement.clone(),
        restriction: reading.restriction.clone(),
        reviewed: reading
            .reviewed
            .as_ref()
            .map(|rule| ReviewedView::new(rule, reading, caller)),
        clauses: match rule {
            Some(rule) => clauses(rule)?,
            None => Value::Array(Vec::new()),
        },
        readings: Value::Array(readings),
        unresolved_spans: read
            .map(|read| {
                read.unresolved_spans
                    .iter()
                    .map(|span| [span.start, span.end])
                    .collect()
            })
            .unwrap_or_default(),
        flags: read.map(|read| flag_views(&read.flags)).unwrap_or_default(),
        decided_by: match (&reading.compiled, complete) {
            (Some(_), _) if reading.reviewed.is_some() => "reviewed_rule",
            (Some(_), true) => "statement",
            (Some(_), false) => "status_or_law",
            (None, _) => "nothing",
        },
        as_of: AsOfView::new(&facts.version, stale),
    })
}

/// A statement that is past the bounds of what can be decided about.
pub(super) fn unreadable(facts: &Facts, refusal: &ReadingRefusal, stale: bool) -> SigningRuleView {
    SigningRuleView {
        outcome: Outcome::Unresolved.as_str(),
        statement: facts.record.authority_text(),
        restriction: None,
        reviewed: None,
        clauses: Value::Array(Vec::new()),
        readings: Value::Array(Vec::new()),
        unresolved_spans: Vec::new(),
        flags: vec![FlagView {
            code: "past_the_bounds",
            detail_th: "มีกรรมการหรือเงื่อนไขมากเกินกว่าที่ระบบพิจารณาได้ ต้องให้นายทะเบียนตรวจ".to_owned(),
            detail: refusal.to_string(),
        }],
        decided_by: "nothing",
        as_of: AsOfView::new(&facts.version, stale),
    }
}

/// One version.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Version)]
pub struct VersionView {
    /// Counted from 1 for each juristic person.
    pub(super) version: u64,
    /// It holds from this instant on.
    #[schema(value_type = String, format = DateTime)]
    pub(super) valid_from: Instant,
    /// It no longer holds from this instant on; absent: until a later version says otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub(super) valid_to: Option<Instant>,
    /// We learnt it at this instant.
    #[schema(value_type = String, format = DateTime)]
    pub(super) recorded_at: Instant,
    /// For which times it holds, and for how long we held it to be so. No two versions share a moment of both times.
    pub(super) held: Vec<HeldView>,
    /// `feed` or `exchange`.
    pub(super) source: &'static str,
    /// SHA-256 of the record's canonical JSON.
    pub(super) digest: String,
    /// `known`, `unavailable` or `conflicting`: whether the officers' numbers are known.
    pub(super) identities: &'static str,
    /// The version whose place it took; absent for the first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) compared_with: Option<u64>,
    /// Members of the record that differ from that version.
    pub(super) changed: Vec<String>,
    /// What differs, place by place.
    pub(super) changes: Vec<ChangeView>,
}

/// A part of the two times in which a version is what we hold.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = HeldPart)]
pub struct HeldView {
    /// It holds from this instant on.
    #[schema(value_type = String, format = DateTime)]
    pub(super) valid_from: Instant,
    /// Until this instant; absent: until further notice.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub(super) valid_to: Option<Instant>,
    /// We have held it to be so since this instant.
    #[schema(value_type = String, format = DateTime)]
    pub(super) known_from: Instant,
    /// Until this instant, when we learnt otherwise; absent: we still do.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub(super) known_to: Option<Instant>,
}

impl From<&Held> for HeldView {
    fn from(part: &Held) -> Self {
        Self {
            valid_from: part.valid.from,
            valid_to: part.valid.to,
            known_from: part.recorded.from,
            known_to: part.recorded.to,
        }
    }
}

/// One place at which two versions differ.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Change)]
pub struct ChangeView {
    /// JSON Pointer (RFC 6901) into the record; officers stand under their references: `/officers/off_2/ended`.
    pub(super) path: String,
    /// What stood there; absent: nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Value, required = false)]
    pub(super) before: Option<Value>,
    /// What stands there; absent: nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Value, required = false)]
    pub(super) after: Option<Value>,
}

impl ChangeView {
    fn member(&self) -> String {
        self.path.split('/').nth(1).unwrap_or_default().to_owned()
    }
}

/// What differs between two versions.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Difference)]
pub struct DifferenceView {
    /// The one version.
    pub(super) from: u64,
    /// The other.
    pub(super) to: u64,
    /// What differs, place by place.
    pub(super) changes: Vec<ChangeView>,
}

/// Versions of the record, oldest first.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = History)]
pub struct HistoryView {
    /// The versions of this page.
    pub(super) versions: Vec<VersionView>,
    /// Where the next page starts; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) next_cursor: Option<String>,
}

/// Facts of a juristic person as shown.
pub(super) fn juristic_person(facts: &Facts, stale: bool) -> JuristicPersonView {
    let record = facts.record.clone();
    JuristicPersonView {
        registration_number: record.registration_number.to_string(),
        former_number: record.former_number,
        juristic_type: CodeView::of(record.juristic_type),
        status: CodeView::of(record.status),
        status_text: record.status_text,
        name_th: record.name_th,
        name_en: record.name_en,
        former_names: record
            .former_names
            .into_iter()
            .map(FormerNameView::from)
            .collect(),
        registered_on: record.registered_on,
        dissolved_on: record.dissolved_on,
        successor_number: record.successor_number.map(|number| number.to_string()),
        capital: record.capital.map(MoneyView::from),
        paid_up: record.paid_up.map(MoneyView::from),
        addresses: record
            .addresses
            .into_iter()
            .map(AddressView::from)
            .collect(),
        objectives: record.objectives.into(),
        as_of: AsOfView::new(&facts.version, stale),
    }
}

/// An officer as shown.
pub(super) fn officer_view(facts: &Facts, officer: &Officer) -> OfficerView {
    OfficerView {
        reference: officer.reference.to_string(),
        sequence: officer.sequence,
        name: officer.name.full(),
        roles: officer
            .roles
            .iter()
            .copied()
            .map(OfficerRole::as_str)
            .collect(),
        role_names: officer.roles.iter().copied().map(CodeView::of).collect(),
        latin_name: officer.latin_name.clone(),
        liability: officer.liability.map(CodeView::of),
        nationality: officer.nationality.clone(),
        appointed: officer.appointed,
        ended: officer.ended,
        linkable: facts.version.identities == IdentityState::Known
            && facts
                .identities
                .iter()
                .any(|identity| identity.officer == officer.reference),
    }
}

/// The versions as shown, each with what differs from the one whose place it took.
pub(super) fn version_views(versions: &[Facts]) -> Result<Vec<VersionView>, Problem> {
    let held = held(versions.iter().map(|facts| &facts.version));
    let mut views = Vec::with_capacity(versions.len());
    for (place, facts) in versions.iter().enumerate() {
        let own = &facts.version;
        // A correction took the place of what was known of that time; everything else that of the version before.
        let about = |earlier: &&Facts| {
            let valid = Span {
                from: earlier.version.valid_from,
                to: earlier.version.valid_to,
            };
            valid.contains(own.valid_from)
        };
        let earlier = versions.get(..place).unwrap_or_default();
        let before = earlier.iter().rev().find(about).or(earlier.last());
        let changes = match before {
            None => Vec::new(),
            Some(before) => change_views(before, facts)?,
        };
        let mut changed: Vec<String> = changes.iter().map(ChangeView::member).collect();
        changed.dedup();
        views.push(VersionView {
            version: own.version,
            valid_from: own.valid_from,
            valid_to: own.valid_to,
            recorded_at: own.recorded_at,
            held: held
                .iter()
                .filter(|part| part.version == own.version)
                .map(HeldView::from)
                .collect(),
            source: own.source.as_str(),
            digest: own.digest.to_hex(),
            identities: own.identities.as_str(),
            compared_with: before.map(|before| before.version.version),
            changed,
            changes,
        });
    }
    Ok(views)
}

/// What differs between two versions.
pub(super) fn change_views(before: &Facts, after: &Facts) -> Result<Vec<ChangeView>, Problem> {
    let changes =
        difference(&before.record, &after.record).map_err(|error| Problem::internal(&error))?;
    Ok(changes
        .into_iter()
        .map(|change| ChangeView {
            path: change.path,
            before: change.before,
            after: change.after,
        })
        .collect())
}
