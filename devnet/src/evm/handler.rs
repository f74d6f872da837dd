//! Gas and fees of a transaction as a whole.

use std::{convert::Infallible, marker::PhantomData};

use alloy_primitives::U256;
use revm::{
    context::result::EVMError,
    context_interface::journaled_state::account::JournaledAccountTr,
    context_interface::{Block, ContextTr, JournalTr, Transaction, result::HaltReason},
    handler::{EvmTr, FrameResult, Handler},
    inspector::{Inspector, InspectorHandler},
    interpreter::{GasTracker, InitialAndFloorGas, interpreter::EthInterpreter},
};

use super::{Mode, TX_GAS_LIMIT, arbos, context::Ctx, vm::ArbEvm};

/// revm's handler with Arbitrum's limit on a transaction's gas, and its fees.
pub struct ArbHandler<'a, INSP> {
    mode: Mode,
    evm: PhantomData<ArbEvm<'a, INSP>>,
}

impl<INSP> ArbHandler<'_, INSP> {
    pub const fn new(mode: Mode) -> Self {
        Self { mode, evm: PhantomData }
    }
}

impl<'a, INSP> Handler for ArbHandler<'a, INSP> {
    type Evm = ArbEvm<'a, INSP>;
    type Error = EVMError<Infallible>;
    type HaltReason = HaltReason;

    /// Holds back the gas above the limit.
    fn tx_gas(&self, evm: &mut Self::Evm, intrinsic: &InitialAndFloorGas) -> GasTracker {
        let ctx = evm.ctx_mut();
        let limit = ctx.tx().gas_limit();
        let gas = limit.saturating_sub(intrinsic.initial_total_gas());
        let usable = if self.mode == Mode::Transaction && ctx.chain.facts.arbos_version >= 50 {
            gas.min(TX_GAS_LIMIT.saturating_sub(intrinsic.initial_total_gas()))
        } else {
            gas
        };
        ctx.chain.held_gas = gas - usable;
        GasTracker::new(limit, usable, 0)
    }

    /// Returns what was held back, before the refund is capped to a fifth of the gas used.
    fn refund(&self, evm: &mut Self::Evm, result: &mut FrameResult, eip7702_refund: i64) -> Result<(), Self::Error> {
        let ctx = evm.ctx_mut();
        result.gas_mut().erase_cost(ctx.chain.held_gas);
        result.gas_mut().record_refund(eip7702_refund);
        result
            .gas_mut()
            .set_final_refund(ctx.cfg.gas_params.max_refund_quotient());
        Ok(())
    }

    /// The whole fee goes to the network's account; there are no tips.
    fn reward_beneficiary(&self, evm: &mut Self::Evm, result: &mut FrameResult) -> Result<(), Self::Error> {
        if self.mode == Mode::Simulation {
            return Ok(());
        }
        let ctx = evm.ctx_mut();
        let fee = U256::from(ctx.block().basefee()) * U256::from(result.gas().used());
        ctx.journal_mut()
            .load_account_mut(arbos::NETWORK_FEE_ACCOUNT)?
            .incr_balance(fee);
        Ok(())
    }
}

impl<'a, INSP> InspectorHandler for ArbHandler<'a, INSP>
where
    INSP: Inspector<Ctx<'a>, EthInterpreter>,
{
    type IT = EthInterpreter;
}
