//! ArbGasInfo: prices. Data on L1 costs nothing here, and the base fee stays at its minimum.

use alloy_primitives::U256;
use alloy_sol_types::{SolCall, SolInterface, sol};
use revm::context_interface::{Block, ContextTr};

use super::call::{Call, Fault, Output};
use crate::evm::TX_GAS_LIMIT;
use ArbGasInfo::*;

sol! {
    interface ArbGasInfo {
        function getPricesInWei() external view returns (uint256, uint256, uint256, uint256, uint256, uint256);
        function getPricesInArbGas() external view returns (uint256, uint256, uint256);
        function getGasAccountingParams() external view returns (uint256, uint256, uint256);
        function getMinimumGasPrice() external view returns (uint256);
        function getL1BaseFeeEstimate() external view returns (uint256);
        function getL1GasPriceEstimate() external view returns (uint256);
        function getCurrentTxL1GasFees() external view returns (uint256);
        function getMaxTxGasLimit() external view returns (uint256);
        function getGasBacklog() external view returns (uint64);
    }
}

const STORAGE_GAS: U256 = U256::from_limbs([20_000, 0, 0, 0]);
const SPEED_LIMIT: U256 = U256::from_limbs([7_000_000, 0, 0, 0]);
const TX_LIMIT: U256 = U256::from_limbs([TX_GAS_LIMIT, 0, 0, 0]);

pub fn run(call: &mut Call<'_, '_>, input: &[u8]) -> Output {
    use ArbGasInfoCalls as Method;
    let method = Method::abi_decode(input).map_err(|_| Fault::Refused)?;
    call.view()?;
    // What each method reads from ArbOS besides opening it.
    call.read(match method {
        Method::getPricesInWei(_) | Method::getPricesInArbGas(_) | Method::getGasAccountingParams(_) => 3,
        Method::getCurrentTxL1GasFees(_) => 0,
        _ => 1,
    })?;
    let fee = U256::from(call.ctx.block().basefee());
    let free = U256::ZERO;
    Ok(match method {
        Method::getPricesInWei(_) => {
            getPricesInWeiCall::abi_encode_returns(&(free, free, fee * STORAGE_GAS, fee, U256::ZERO, fee).into())
        }
        Method::getPricesInArbGas(_) => getPricesInArbGasCall::abi_encode_returns(&(free, free, STORAGE_GAS).into()),
        Method::getGasAccountingParams(_) => {
            getGasAccountingParamsCall::abi_encode_returns(&(SPEED_LIMIT, TX_LIMIT, TX_LIMIT).into())
        }
        Method::getMinimumGasPrice(_) => getMinimumGasPriceCall::abi_encode_returns(&fee),
        Method::getL1BaseFeeEstimate(_) => getL1BaseFeeEstimateCall::abi_encode_returns(&free),
        Method::getL1GasPriceEstimate(_) => getL1GasPriceEstimateCall::abi_encode_returns(&free),
        Method::getCurrentTxL1GasFees(_) => getCurrentTxL1GasFeesCall::abi_encode_returns(&free),
        Method::getMaxTxGasLimit(_) => getMaxTxGasLimitCall::abi_encode_returns(&TX_LIMIT),
        Method::getGasBacklog(_) => getGasBacklogCall::abi_encode_returns(&0),
    })
}
