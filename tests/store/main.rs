//! The store suite: every case runs on SQLite, and on PostgreSQL when `AMNAT_TEST_POSTGRES_URL` names a database.
//!
//! A case is a public function `fn(&Database)`, or `fn(&Arc<Database>)` where it makes a service, over a fresh,
//! migrated database of its own: a file in a temporary directory, or a schema of its own. Where `CI` is set, a missing
//! PostgreSQL fails the suite.
//!
//! To add a case: a public function in the module of its room, and its name in [`cases`] below.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a case fails loudly; a macro makes the tests, so that the lints do not see them as such"
)]

mod access;
mod engines;
mod follow;
mod identity;
mod import;
mod ledger;
mod linkage;
mod migrations;
mod registry;
mod review;

/// Make two tests of every case, one for each engine.
macro_rules! cases {
    ($($room:ident { $($case:ident,)* })*) => {
        mod sqlite {
            $(mod $room { $(
                #[test]
                fn $case() {
                    crate::engines::on_sqlite(|database| crate::$room::$case(database));
                }
            )* })*
        }
        mod postgres {
            $(mod $room { $(
                #[test]
                fn $case() {
                    crate::engines::on_postgres(stringify!($case), |database| crate::$room::$case(database));
                }
            )* })*
        }
    };
}

cases! {
    access {
        clients_are_added_rotated_and_revoked,
        a_change_of_a_client_stands_in_the_log_or_did_not_happen,
        tokens_work_for_their_client_and_certificate_alone,
        a_revocation_elsewhere_works_within_a_minute,
        the_same_key_gives_the_same_answer,
        an_act_that_is_undone_leaves_no_key,
        many_requests_with_one_key_act_once,
        a_dead_attempt_is_taken_over_and_cannot_finish,
        answers_are_kept_as_long_as_was_said,
    }
    import {
        a_whole_register_is_found_again_as_the_file_states_it,
        a_whole_load_leaves_the_schema_as_the_migrations_made_it,
        the_same_file_again_changes_nothing,
        a_later_feed_makes_versions_only_of_what_changed,
        a_feed_that_goes_back_in_time_changes_nothing,
        a_corrupted_file_is_not_taken_in,
        a_company_that_stands_in_a_file_twice_is_refused_the_second_time,
        an_import_that_breaks_off_leaves_the_register_as_it_was,
        two_imports_at_once_lose_nothing,
        what_is_asked_during_the_first_import_is_not_lost,
        a_back_dated_correction_changes_what_held_then_and_not_what_was_known_then,
    }
    follow {
        place_and_records_move_together_or_not_at_all,
        the_same_changes_again_change_nothing,
        of_two_followers_one_takes_a_page_in,
        a_row_that_cannot_be_compared_does_not_keep_the_others_back,
    }
    identity {
        a_sign_in_supports_one_permit_and_only_in_time,
        a_use_that_is_rolled_back_is_no_use,
        of_many_permits_at_once_one_uses_the_sign_in,
        a_journey_is_finished_once_by_the_browser_that_set_out,
        a_refused_answer_ends_the_sign_in_and_a_missing_one_does_not,
        accounts_are_one_person_by_trusted_number_alone,
        a_number_that_contradicts_the_record_ends_the_sign_in,
        a_session_lives_until_it_is_idle_old_or_ended,
        accounts_with_one_passport_are_one_person_and_a_new_passport_is_the_same_persons,
        nothing_personal_is_stored_plain_and_moved_bytes_do_not_open,
    }
    ledger {
        indices_have_no_gap_also_when_transactions_are_undone,
        writers_at_the_same_time_leave_no_gap,
        a_proof_leads_from_the_leaf_to_the_signed_root,
        checkpoints_extend_each_other,
        a_log_that_shrank_or_changed_is_not_signed,
        a_forked_log_is_found_by_comparing_checkpoints,
        every_changed_row_is_found_and_named,
        an_erased_record_leaves_the_tree_whole,
        the_tables_refuse_change_and_deletion,
        a_leaf_says_nothing_of_its_record,
    }
    linkage {
        one_person_with_two_passports_fills_one_seat,
        a_link_is_kept_once_for_each_version_and_sealed,
        a_dispute_is_opened_once_however_many_ask_and_settled_once,
        a_dispute_that_cannot_be_told_of_is_not_opened,
        links_disputes_and_settlements_cannot_be_changed_or_dropped,
        every_step_of_a_dispute_stands_in_the_log_and_names_nobody,
    }
    migrations {
        they_go_forward_back_and_forward_again,
    }
    registry {
        the_same_record_again_makes_no_version,
        what_was_stated_and_what_was_known_are_kept_apart,
        a_vault_out_of_reach_is_said_to_be_so_and_no_row_is_blamed,
        a_stored_version_cannot_be_changed_or_dropped,
        a_person_is_found_by_number_in_the_version_that_holds,
        changes_are_counted_once_a_version,
        a_feed_is_taken_in_whole_or_not_at_all,
        many_askers_at_once_make_one_version,
    }
    review {
        two_officers_make_a_rule_decide_on_every_instance_at_once,
        what_the_rule_is_bound_to_puts_it_back_into_the_queue,
        what_was_known_then_is_not_rewritten,
        one_key_acts_once_and_a_stale_version_not_at_all,
        of_many_confirmations_at_once_one_is_kept,
        officers_come_go_and_come_back_as_the_same,
        every_step_stands_in_the_log_and_names_nobody,
        proposals_and_decisions_cannot_be_changed_or_dropped,
        the_queue_is_told_page_by_page,
        a_number_that_becomes_known_leaves_the_rule_alone,
    }
}
