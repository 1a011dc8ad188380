//! From sign-ins and assertions to standings: who is this, is it an officer, is the sign-in good enough?

use super::{AskError, Asker, AuthorityService, Moment, Passports};
use crate::authority::decision::{SignatoryCode, Signer, SignerStanding};
use crate::authority::question::{Question, Signatory};
use crate::db::AnyConnection;
use crate::identity::assurance::{Assurance, Requirement, satisfies};
use crate::identity::person::PersonRef;
use crate::identity::service::{CompletedSignIn, IdentityError};
use crate::identity::signin::{SignInRefusal, SignInSubject};
use crate::kernel::id::{NationalId, SignInId};
use crate::kernel::lang::Bilingual;
use crate::kernel::time::Instant;
use crate::linkage::dispute::{DisputeState, against};
use crate::linkage::foreigner::PassportStanding;
use crate::linkage::matching::{Link, LinkBasis, LinkCandidate, LinkOutcome, link};
use crate::registry::model::{BlindIndex, Facts, OfficerRef};
use std::collections::BTreeMap;

/// One signatory of a question, looked up.
pub(super) struct Person {
    /// Reference and standing.
    pub(super) signer: Signer,
    /// The sign-in, if it was one.
    pub(super) sign_in: Option<SignInId>,
    /// Assurance of the sign-in.
    pub(super) assurance: Option<Assurance>,
    /// Who it is and as which officers, when the decision rests on that.
    pub(super) links: Option<(PersonRef, Vec<Link>)>,
}

/// Everybody in a question.
pub(super) enum People {
    /// In the order of the question.
    Known(Vec<Person>),
    /// The status of these passports must be asked for first.
    Need(Vec<BlindIndex>),
}

/// How far one link got.
enum Linked {
    /// Surely these officers, as one person.
    As(Vec<Link>),
    /// Not surely anybody.
    Not(SignerStanding),
    /// The status of this passport must be asked for first.
    Needs(BlindIndex),
}

impl AuthorityService {
    /// Look everybody up.
    pub(super) fn people(
        &self,
        connection: &mut AnyConnection,
        asker: &Asker<'_>,
        question: &Question,
        moment: &Moment<'_>,
    ) -> Result<People, AskError> {
        let mut people = Vec::with_capacity(question.signatories.len());
        let mut needed = Vec::new();
        for signatory in &question.signatories {
            match signatory {
                Signatory::SignIn(id) => {
                    match self.signed_in(connection, asker, question, moment, id)? {
                        Ok(person) => people.push(person),
                        Err(passport) => needed.push(passport),
                    }
                }
                Signatory::Asserted { national_id } => {
                    people.push(self.asserted(asker.client_id, national_id));
                }
            }
        }
        if !needed.is_empty() {
            needed.sort_unstable();
            needed.dedup();
            return Ok(People::Need(needed));
        }
        count_once(people.iter_mut().map(|person| &mut person.signer));
        Ok(People::Known(people))
    }

    /// What the act asks of a sign-in.
    pub(super) fn requirement(&self, question: &Question) -> &Requirement {
        let act = question.act.map_or("", |act| act.as_str());
        self.parts.identity.policy().required(act, question.sector)
    }

    /// Who signed in; or the passport whose status must be asked for first.
    fn signed_in(
        &self,
        connection: &mut AnyConnection,
        asker: &Asker<'_>,
        question: &Question,
        moment: &Moment<'_>,
        id: &SignInId,
    ) -> Result<Result<Person, BlindIndex>, AskError> {
        let (client_id, now) = (asker.client_id, asker.now);
        let refused = |code| {
            Ok(Ok(Person {
                signer: Signer {
                    reference: id.to_string(),
                    standing: excluded(code),
                },
                sign_in: None,
                assurance: None,
                links: None,
            }))
        };
        let found = match self.parts.identity.completed(connection, id, now) {
            Ok(found) => found,
            Err(IdentityError::Refused(refusal)) => return refused(code_of(&refusal)),
            Err(other) => return Err(other.into()),
        };
        if found.subject.client_id != client_id {
            // Another client's sign-in looks like none.
            return refused(SignatoryCode::SignInUnknown);
        }
        let Some(act) = question.act else {
            return refused(SignatoryCode::SignInNotForThis);
        };
        let asked = SignInSubject {
            client_id: client_id.to_owned(),
            registration_number: question.juristic_person.clone(),
            act,
            amount: question.amount,
            purpose: question.purpose.clone(),
        };
        if found.subject.must_be(&asked).is_err() {
            return refused(SignatoryCode::SignInNotForThis);
        }
        let reference = self
            .parts
            .references
            .reference(client_id, found.person.as_str());
        let (standing, links) = match self.linked(connection, asker, moment, &found)? {
            Linked::Needs(passport) => return Ok(Err(passport)),
            Linked::Not(standing) => (standing, None),
            Linked::As(links) => (
                self.standing(question, &links, &found, now),
                Some((found.person.clone(), links)),
            ),
        };
        Ok(Ok(Person {
            signer: Signer {
                reference,
                standing,
            },
            sign_in: Some(id.clone()),
            assurance: Some(found.assurance),
            links,
        }))
    }

    /// Which officers the person of a sign-in is: by number and name, undisputed, and with a good passport where that is
    /// what proves it.
    fn linked(
        &self,
        connection: &mut AnyConnection,
        asker: &Asker<'_>,
        moment: &Moment<'_>,
        found: &CompletedSignIn,
    ) -> Result<Linked, AskError> {
        let candidate = LinkCandidate {
            national_id: found.national_id_index,
            passport: found.passport_index,
            names: std::iter::once(found.name.thai())
                .chain(found.name.english.clone())
                .collect(),
        };
        let mut links = match linked(&candidate, moment.facts, moment.valid_at) {
            Ok(links) => links,
            Err(standing) => return Ok(Linked::Not(standing)),
        };
        let linkage = &self.parts.linkage;
        let disputes = linkage.disputes(connection, &moment.facts.record.registration_number)?;
        let officers: Vec<OfficerRef> = links.iter().map(|link| link.officer).collect();
        let officer = officers.first().map(ToString::to_string);
        match against(&disputes, moment.facts, &officers, moment.known_at) {
            None | Some(DisputeState::Rejected) => {}
            Some(DisputeState::Open) => {
                return Ok(Linked::Not(SignerStanding::Doubtful {
                    officer,
                    code: SignatoryCode::LinkDisputed,
                }));
            }
            Some(DisputeState::Upheld) => {
                return Ok(Linked::Not(SignerStanding::Excluded {
                    code: SignatoryCode::LinkDisputed,
                    since: None,
                    officer,
                }));
            }
        }
        // The 13-digit number proves the person without any passport.
        let by_number = links.iter().any(|link| link.basis == LinkBasis::NationalId);
        let (Some(passport), false) = (found.passport_index, by_number) else {
            links.retain(|link| link.basis == LinkBasis::NationalId);
            return Ok(Linked::As(links));
        };
        let doubtful = |officer| {
            Linked::Not(SignerStanding::Doubtful {
                officer,
                code: SignatoryCode::ForeignerStatusUnavailable,
            })
        };
        Ok(match linkage.passport(connection, &passport, asker.now)? {
            PassportStanding::Good => Linked::As(links),
            PassportStanding::NotValid => Linked::Not(SignerStanding::Excluded {
                code: SignatoryCode::PassportNotValid,
                since: None,
                officer,
            }),
            PassportStanding::NotAsked if asker.passports == Passports::MayBeAsked => {
                Linked::Needs(passport)
            }
            PassportStanding::Unknown | PassportStanding::NotAsked => doubtful(officer),
        })
    }

    fn standing(
        &self,
        question: &Question,
        links: &[Link],
        found: &CompletedSignIn,
        now: Instant,
    ) -> SignerStanding {
        // Several rows of one person are one on the board: any of them stands for it.
        let Some(officer) = links.first().map(|link| link.officer.to_string()) else {
            return excluded(SignatoryCode::NotAnOfficer);
        };
        match satisfies(&found.assurance, self.requirement(question), now) {
            Ok(()) => SignerStanding::Counts { officer },
            Err(shortfall) => SignerStanding::TooWeak {
                officer,
                step_up: joined(shortfall.step_up()),
            },
        }
    }

    /// Somebody the caller vouches for: recorded as asserted, never enough by itself.
    ///
    /// Nobody is looked up: an answer that told whether the number is an officer's would be an oracle (KEY-22).
    fn asserted(&self, client_id: &str, national_id: &NationalId) -> Person {
        let index = self.parts.registry.index().national_id(national_id);
        let reference = self
            .parts
            .references
            .reference(client_id, &format!("asserted:{}", hex::encode(index)));
        let standing = SignerStanding::Doubtful {
            officer: None,
            code: SignatoryCode::AssertedOnly,
        };
        Person {
            signer: Signer {
                reference,
                standing,
            },
            sign_in: None,
            assurance: None,
            links: None,
        }
    }
}

/// Of several sign-ins of one person the best counts; the others are repetitions, wherever they stand.
fn count_once<'a>(signers: impl Iterator<Item = &'a mut Signer>) {
    let mut best: BTreeMap<String, &'a mut Signer> = BTreeMap::new();
    for signer in signers {
        match best.get_mut(&signer.reference) {
            None => {
                best.insert(signer.reference.clone(), signer);
            }
            Some(known) => {
                if strength(&signer.standing) > strength(&known.standing) {
                    std::mem::replace(known, signer).standing = excluded(SignatoryCode::Repeated);
                } else {
                    signer.standing = excluded(SignatoryCode::Repeated);
                }
            }
        }
    }
}

fn strength(standing: &SignerStanding) -> u8 {
    match standing {
        SignerStanding::Counts { .. } => 3,
        SignerStanding::TooWeak { .. } => 2,
        SignerStanding::Doubtful { .. } => 1,
        SignerStanding::Excluded { .. } => 0,
    }
}

fn excluded(code: SignatoryCode) -> SignerStanding {
    SignerStanding::Excluded {
        code,
        since: None,
        officer: None,
    }
}

fn code_of(refusal: &SignInRefusal) -> SignatoryCode {
    match refusal {
        SignInRefusal::Unknown => SignatoryCode::SignInUnknown,
        SignInRefusal::Expired => SignatoryCode::SignInExpired,
        SignInRefusal::AlreadyUsed { .. } => SignatoryCode::SignInUsed,
        SignInRefusal::NotForThis { .. } => SignatoryCode::SignInNotForThis,
        SignInRefusal::NotCompleted
        | SignInRefusal::Failed { .. }
        | SignInRefusal::OtherBrowser
        | SignInRefusal::NoOpenFlow => SignatoryCode::SignInNotCompleted,
    }
}

/// The officers that somebody surely is, or the standing of somebody who is not surely one.
fn linked(
    candidate: &LinkCandidate,
    facts: &Facts,
    at: Instant,
) -> Result<Vec<Link>, SignerStanding> {
    let doubtful = |officer: Option<OfficerRef>, code| SignerStanding::Doubtful {
        officer: officer.map(|officer| officer.to_string()),
        code,
    };
    match link(candidate, facts, at) {
        LinkOutcome::Linked(links) => Ok(links),
        LinkOutcome::Former { since, officer } => Err(SignerStanding::Excluded {
            code: SignatoryCode::Resigned,
            since: Some(since),
            officer: Some(officer.to_string()),
        }),
        LinkOutcome::NotYet { .. } | LinkOutcome::NotAnOfficer => {
            Err(excluded(SignatoryCode::NotAnOfficer))
        }
        LinkOutcome::NameMismatch { officer } => {
            Err(doubtful(Some(officer), SignatoryCode::NameMismatch))
        }
        LinkOutcome::IdentityIncomplete { .. }
        | LinkOutcome::IdentityUnavailable
        | LinkOutcome::NothingToCompare => {
            Err(doubtful(None, SignatoryCode::OfficerIdentityUnavailable))
        }
    }
}

/// Several sentences as one text in each language.
fn joined(sentences: Vec<Bilingual>) -> Bilingual {
    let (thai, english): (Vec<String>, Vec<String>) = sentences
        .into_iter()
        .map(|sentence| (sentence.th, sentence.en))
        .unzip();
    Bilingual::new(thai.join(" "), english.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_several_sign_ins_of_one_person_the_best_counts_wherever_it_stands() {
        let counts = SignerStanding::Counts {
            officer: "off_1".to_owned(),
        };
        let weak = SignerStanding::TooWeak {
            officer: "off_1".to_owned(),
            step_up: Bilingual::new("ยืนยันใหม่", "sign in again"),
        };
        let repeated = excluded(SignatoryCode::Repeated);
        let expired = excluded(SignatoryCode::SignInExpired);
        let signer = |standing: &SignerStanding| Signer {
            reference: "a".to_owned(),
            standing: standing.clone(),
        };
        for (asked, told) in [
            ([&counts, &weak, &counts], [&counts, &repeated, &repeated]),
            ([&weak, &counts, &counts], [&repeated, &counts, &repeated]),
            ([&expired, &weak, &counts], [&repeated, &repeated, &counts]),
            ([&expired, &expired, &weak], [&repeated, &repeated, &weak]),
        ] {
            let mut signers: Vec<Signer> = asked.iter().map(|standing| signer(standing)).collect();
            count_once(signers.iter_mut());
            let standings: Vec<&SignerStanding> =
                signers.iter().map(|signer| &signer.standing).collect();
            assert_eq!(standings, told);
        }
    }
}
