//! What a store promises, on whichever database: one suite, the same assertions, no `if`.

mod archive;
mod facts;
mod follow;
mod load;
mod log;
mod trouble;
mod write;

/// Makes two tests of every case, one on each database.
macro_rules! contract {
    ($($module:ident: $($case:ident),+;)+) => {
        mod on_sqlite {
            $($(
                #[tokio::test]
                async fn $case() {
                    use crate::place::Place as _;
                    super::$module::$case(crate::place::Sqlite::new().await).await;
                }
            )+)+
        }

        mod on_postgres {
            $($(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $case() {
                    use crate::place::Place as _;
                    if !crate::postgres::is_absent() {
                        super::$module::$case(crate::postgres::Postgres::new().await).await;
                    }
                }
            )+)+
        }
    };
}

contract! {
    write:
        a_write_is_seen_by_its_own_node_when_it_answers,
        a_command_sees_what_others_wrote_before_it,
        a_command_that_says_no_disturbs_nobody,
        a_command_that_panics_panics_its_caller_and_disturbs_nobody,
        a_command_that_changes_nothing_takes_no_number,
        what_cannot_be_stored_fails_its_command_alone,
        a_command_nobody_waits_for_is_not_run,
        a_full_queue_makes_callers_wait,
        a_removed_record_is_gone_and_can_come_back,
        a_batch_may_make_change_and_remove_one_record,
        a_closed_store_refuses_writes_and_loses_none;
    log:
        the_log_has_no_gap_and_no_disorder_under_writers_on_two_nodes,
        increments_on_two_nodes_are_never_lost,
        a_trimmed_log_keeps_what_it_was_told_to,
        the_log_tells_what_a_record_was_last;
    follow:
        a_node_sees_what_another_writes,
        a_node_whose_place_in_the_log_was_trimmed_reads_everything_anew,
        a_node_notices_that_the_database_was_restored_from_a_backup,
        a_node_that_cannot_confirm_the_head_becomes_stale_and_recovers,
        waiting_for_what_never_comes_ends;
    load:
        everything_is_there_after_a_restart,
        nodes_that_open_an_empty_database_together_do_not_disturb_each_other,
        a_kind_of_a_newer_version_is_left_alone,
        a_record_that_cannot_be_read_stops_the_node;
    trouble:
        a_record_changed_past_the_log_is_not_overwritten,
        a_record_made_past_the_log_is_not_overwritten,
        a_record_deleted_past_the_log_is_noticed,
        a_change_made_past_the_head_is_not_overwritten;
    archive:
        what_a_command_archives_is_there_with_its_changes,
        a_command_that_only_archives_takes_a_number_of_the_log,
        a_row_archived_again_is_written_over,
        pages_lead_through_a_range_both_ways,
        a_page_of_long_rows_ends_early,
        rows_are_forgotten_with_their_labels_oldest_first,
        what_cannot_be_archived_fails_its_command_alone;
    facts:
        a_fact_is_there_at_once_and_after_a_restart,
        a_node_learns_the_facts_of_another,
        of_two_facts_the_later_one_counts,
        a_forgotten_fact_does_not_come_back,
        a_fact_that_cannot_be_stored_is_refused,
        facts_wait_for_a_database_that_cannot_take_them;
}
