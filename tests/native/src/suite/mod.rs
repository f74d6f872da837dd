//! Tests of the three contracts together, for any platform. `suite!(Platform)` makes a test of each.

pub mod adversary;
pub mod collusion;
pub mod matrix;
pub mod referee;
pub mod refusals;

/// Makes a test for each of the suite's functions, on the given platform.
#[macro_export]
macro_rules! suite {
    ($platform:ty) => {
        $crate::suite!(@tests $platform;
            matrix: every_call_in_every_case_phase, every_call_in_every_pact_phase, appeal_in_every_job_phase,
                take_case_in_every_job_phase, offer_in_every_job_phase, settle_unbound_in_every_job_phase;
            referee: never_bound_while_the_job_is_refunded, never_bound_past_t2, silent_against_a_result,
                silent_without_a_result, reveals_against_nothing, differs_from_a_withheld_result,
                equals_a_withheld_result, equal_and_paid, equal_and_false, names_the_wrong_element, differs_and_paid,
                anybody_confirms_equal_results, reputation_adds_up;
            collusion: both_keep_the_pact, worker_betrays, referee_betrays, both_betray, neither_reveals,
                an_offer_lapses, the_worker_withdraws_its_offer, unnoticed_collusion_pays, noticed_collusion_costs_both;
            adversary: a_copied_seal_opens_for_nobody_else, a_word_against_an_element_never_committed,
                a_refused_payment_becomes_a_credit, a_verifier_that_is_none_confirms_nothing,
                who_re_enters_is_paid_once;
            refusals: appeal_refuses, take_case_refuses, opinions_are_refused, settle_refuses, offers_are_refused,
                acceptance_is_refused, results_are_checked_in_time, constructors_refuse, impostors_are_refused, calldata_is_strict;
        );
    };
    (@tests $platform:ty; $($module:ident: $($name:ident),*;)*) => {
        $(mod $module {
            $(#[test]
            fn $name() {
                $crate::suite::$module::$name::<$platform>();
            })*
        })*
    };
}
