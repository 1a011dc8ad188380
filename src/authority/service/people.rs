//! From sign-ins and assertions to standings: who is this, is it an officer, is the sign-in good enough?

use super::{AskError, AuthorityService};
use crate::authority::decision::{SignatoryCode, Signer, SignerStanding};
use crate::authority::question::{Question, Signatory};
use crate::db::AnyConnection;
use crate::identity::assurance::{Assurance, Requirement, satisfies};
use crate::identity::service::{CompletedSignIn, IdentityError};
use crate::identity::signin::{SignInRefusal, SignInSubject};
use crate::kernel::id::{NationalId, SignInId};
use crate::kernel::lang::Bilingual;
use crate::kernel::time::Instant;
use crate::linkage::matching::{LinkCandidate, LinkOutcome, link};
use crate::registry::model::{Facts, OfficerRef};
use std::collections::BTreeMap;

/// One signatory of a question, looked up.
pub(super) struct Person {
    /// Reference and standing.
    pub(super) signer: Signer,
    /// The sign-in, if it was one.
    pub(super) sign_in: Option<SignInId>,
    /// Assurance of the sign-in.
    pub(super) assurance: Option<Assurance>,
}

impl AuthorityService {
    /// Look everybody up. The order is that of the question.
    pub(super) fn people(
        &self,
        connection: &mut AnyConnection,
        client_id: &str,
        question: &Question,
        facts: &Facts,
        valid_at: Instant,
        now: Instant,
    ) -> Result<Vec<Person>, AskError> {
        let mut people = Vec::with_capacity(question.signatories.len());
        for signatory in &question.signatories {
            let person = match signatory {
                Signatory::SignIn(id) => {
                    self.signed_in(connection, client_id, question, facts, id, valid_at, now)?
                }
                Signatory::Asserted { national_id } => self.asserted(client_id, national_id),
            };
            people.push(person);
        }
        count_once(people.iter_mut().map(|person| &mut person.signer));
        Ok(people)
    }

    /// What the act asks of a sign-in.
    pub(super) fn requirement(&self, question: &Question) -> &Requirement {
        let act = question.act.map_or("", |act| act.as_str());
        self.parts.identity.policy().required(act, question.sector)
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "a sign-in is judged against the whole question"
    )]
    fn signed_in(
        &self,
        connection: &mut AnyConnection,
        client_id: &str,
        question: &Question,
        facts: &Facts,
        id: &SignInId,
        valid_at: Instant,
        now: Instant,
    ) -> Result<Person, AskError> {
        let refused = |code| Person {
            signer: Signer {
                reference: id.to_string(),
                standing: excluded(code),
            },
            sign_in: None,
            assurance: None,
        };
        let found = match self.parts.identity.completed(connection, id, now) {
            Ok(found) => found,
            Err(IdentityError::Refused(refusal)) => return Ok(refused(code_of(&refusal))),
            Err(other) => return Err(other.into()),
        };
        if found.subject.client_id != client_id {
            // Another client's sign-in looks like none.
            return Ok(refused(SignatoryCode::SignInUnknown));
        }
        let Some(act) = question.act else {
            return Ok(refused(SignatoryCode::SignInNotForThis));
        };
        let asked = SignInSubject {
            client_id: client_id.to_owned(),
            registration_number: question.juristic_person.clone(),
            act,
            amount: question.amount,
            purpose: question.purpose.clone(),
        };
        if found.subject.must_be(&asked).is_err() {
            return Ok(refused(SignatoryCode::SignInNotForThis));
        }
        let reference = self
            .parts
            .references
            .reference(client_id, found.person.as_str());
        let standing = self.standing(question, facts, &found, valid_at, now);
        Ok(Person {
            signer: Signer {
                reference,
                standing,
            },
            sign_in: Some(id.clone()),
            assurance: Some(found.assurance),
        })
    }

    fn standing(
        &self,
        question: &Question,
        facts: &Facts,
        found: &CompletedSignIn,
        valid_at: Instant,
        now: Instant,
    ) -> SignerStanding {
        let candidate = LinkCandidate {
            national_id: found.national_id_index,
            passport: None,
            names: std::iter::once(found.name.thai())
                .chain(found.name.english.clone())
                .collect(),
        };
        let officer = match linked(&candidate, facts, valid_at) {
            Ok(officer) => officer,
            Err(standing) => return standing,
        };
        match satisfies(&found.assurance, self.requirement(question), now) {
            Ok(()) => SignerStanding::Counts {
                officer: officer.to_string(),
            },
            Err(shortfall) => SignerStanding::TooWeak {
                officer: officer.to_string(),
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
    SignerStanding::Excluded { code, since: None }
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

/// The officer that somebody surely is, or the standing of somebody who is not surely one.
fn linked(
    candidate: &LinkCandidate,
    facts: &Facts,
    at: Instant,
) -> Result<OfficerRef, SignerStanding> {
    let doubtful = |officer: Option<OfficerRef>, code| SignerStanding::Doubtful {
        officer: officer.map(|officer| officer.to_string()),
        code,
    };
    match link(candidate, facts, at) {
        // Several rows of one number are one person on the board: any of them stands for it.
        LinkOutcome::Linked { officers, .. } => officers
            .first()
            .copied()
            .ok_or_else(|| excluded(SignatoryCode::NotAnOfficer)),
        LinkOutcome::Former { since, .. } => Err(SignerStanding::Excluded {
            code: SignatoryCode::Resigned,
            since: Some(since),
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
