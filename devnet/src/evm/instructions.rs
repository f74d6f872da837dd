//! Where Arbitrum's opcodes differ from Ethereum's.

use revm::{
    bytecode::opcode,
    context_interface::{ContextTr, JournalTr},
    handler::instructions::EthInstructions,
    interpreter::{
        Instruction, InstructionContext, InstructionExecResult, InstructionResult, instructions::host,
        interpreter::EthInterpreter, interpreter_types::InputsTr,
    },
    primitives::hardfork::SpecId,
};
use surety_stylus::code;

use super::context::Ctx;

pub type Instructions<'a> = EthInstructions<EthInterpreter, Ctx<'a>>;

const SELFDESTRUCT_GAS: u16 = 5_000;

/// Ethereum's opcodes without blobs, and with programs that cannot destroy themselves.
pub fn instructions<'a>(spec: SpecId) -> Instructions<'a> {
    let mut table = EthInstructions::new_mainnet_with_spec(spec);
    table.insert_instruction(opcode::BLOBBASEFEE, Instruction::unknown(), 0);
    table.insert_instruction(opcode::SELFDESTRUCT, Instruction::new(selfdestruct), SELFDESTRUCT_GAS);
    table
}

/// A program that delegates to EVM code must not lose its account that way.
fn selfdestruct<'a>(context: InstructionContext<'_, Ctx<'a>, EthInterpreter>) -> InstructionExecResult {
    let acting = context.interpreter.input.target_address();
    let Ok(account) = context.host.journal_mut().load_account_with_code(acting);
    if account
        .info
        .code
        .as_ref()
        .is_some_and(|code| code::is_program(code.original_byte_slice()))
    {
        return Err(InstructionResult::Revert);
    }
    host::selfdestruct(context)
}
