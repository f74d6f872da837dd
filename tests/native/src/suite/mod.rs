//! Tests of the three contracts together, for any platform. `suite!(Platform)` makes a test of each.

pub mod adversary;
pub mod collusion;
pub mod delegation;
pub mod evidence;
pub mod matrix;
pub mod money;
pub mod races;
pub mod referee;
pub mod refusals;

use alloy_primitives::U256;

use crate::*;

/// Amounts, named as the protocol's tables name them, as changes of somebody's wei.
mod wei {
    use crate::*;

    pub const R: i128 = REWARD as i128;
    pub const W: i128 = BONUS as i128;
    pub const D: i128 = DEPOSIT as i128;
    pub const R3: i128 = FEE as i128;
    pub const W3: i128 = CASE_BONUS as i128;
    pub const N: i128 = STAKE as i128;
    pub const B: i128 = BRIBE as i128;
    pub const T: i128 = PACT_STAKE as i128;
}

/// What client, worker, referee and stranger gained or lost while something happened, in wei.
fn gains<P: Platform>(world: &World<P>, run: impl FnOnce(&World<P>)) -> [i128; 4] {
    let before = world.money();
    run(world);
    let after = world.money();
    std::array::from_fn(|i| signed(after[i]) - signed(before[i]))
}

fn signed(wei: U256) -> i128 {
    i128::try_from(wei.to::<u128>()).expect("nobody has that much")
}

/// Makes a test for each of the suite's functions, on the given platform.
#[macro_export]
macro_rules! suite {
    ($platform:ty) => {
        $crate::suite!(@tests $platform;
            delegation: terms_that_cannot_work, wrong_callers_payments_and_times,
                seals_open_after_t2_for_their_worker_alone;
            evidence: demands_and_answers_that_do_not_fit, an_empty_set_is_a_result_and_its_missing_element_a_fault,
                evidence_that_shows_nothing, a_referee_rules_only_on_what_was_committed,
                a_predicate_that_reverts_loops_bombs_or_returns_garbage_decides_nothing;
            money: every_running_phase_has_an_exit_by_the_clock_and_not_a_second_earlier,
                acceptance_pays_the_worker_at_once, a_confirmed_result_earns_the_bonus,
                an_uninvolved_account_convicts_through_the_predicate,
                a_recipient_that_refuses_burns_or_bombs_gets_a_credit_and_the_settlement_stands,
                no_gas_limit_turns_a_payment_into_a_credit;
            matrix: every_call_in_every_phase, every_call_in_every_case_phase, every_call_in_every_pact_phase,
                appeal_in_every_job_phase, take_case_in_every_job_phase, offer_in_every_job_phase,
                settle_unbound_in_every_job_phase;
            referee: never_bound_while_the_job_is_refunded, never_bound_past_t2, silent_against_a_result,
                silent_without_a_result, reveals_against_nothing, differs_from_a_withheld_result,
                equals_a_withheld_result, equal_and_paid, equal_and_false, names_the_wrong_element, differs_and_paid,
                anybody_confirms_equal_results, reputation_adds_up;
            collusion: both_keep_the_pact, worker_betrays, referee_betrays, both_betray, neither_reveals,
                another_result_of_the_agreed_length_breaks_the_pact,
                an_offer_lapses, the_worker_withdraws_its_offer, unnoticed_collusion_pays, noticed_collusion_costs_both;
            adversary: a_copied_seal_opens_for_nobody_else, a_word_against_an_element_never_committed,
                a_refused_payment_becomes_a_credit, a_verifier_that_is_none_confirms_nothing,
                who_re_enters_is_paid_once, who_is_paid_may_call_everything_and_gains_nothing,
                a_predicate_that_calls_back_only_answers;
            races: whoever_comes_first_in_a_block_nothing_is_lost, every_two_calls_in_a_block_settle_to_the_wei,
                a_deadline_belongs_to_those_who_keep_it,
                an_open_order_goes_to_the_first_of_two;
            refusals: appeal_refuses, take_case_refuses, opinions_are_refused, settle_refuses, offers_are_refused,
                acceptance_is_refused, results_are_checked_in_time, constructors_refuse,
                contracts_say_whom_they_were_constructed_for, impostors_are_refused, calldata_is_strict,
                calldata_has_one_encoding;
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
