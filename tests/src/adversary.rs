//! Code of accounts that misbehave: as EVM programs and as Stylus programs.

use alloy::primitives::Address;
use surety_native::Behaviour;
use surety_toolchain::deployable;

/// EVM code.
pub fn evm(behaviour: Behaviour) -> Vec<u8> {
    match behaviour {
        Behaviour::Plain => Vec::new(),
        // REVERT(0, length)
        Behaviour::Reverts(length) => [push3(length), vec![0x5f, 0xfd]].concat(),
        // JUMPDEST, PUSH0, JUMP
        Behaviour::Burns => vec![0x5b, 0x5f, 0x56],
        Behaviour::Answers { call, answer } => answering(call, answer),
    }
}

/// PUSH3.
fn push3(number: usize) -> Vec<u8> {
    [&[0x62], &(number as u32).to_be_bytes()[1..]].concat()
}

/// Code that sends `call`, and answers.
fn answering(call: Option<(Address, Vec<u8>)>, answer: Vec<u8>) -> Vec<u8> {
    /// Where the program ends and its data begins.
    const DATA: usize = 64;
    let calls = call.is_some();
    let (to, data) = call.unwrap_or_default();
    // CODECOPY(0, DATA, data.len())
    let mut program = [push3(data.len()), push3(DATA), vec![0x5f, 0x39]].concat();
    // CALL(GAS, to, 0, 0, data.len(), 0, 0), POP; or only POPs
    program.extend([&[0x5f, 0x5f][..], &push3(data.len()), &[0x5f, 0x5f, 0x73]].concat());
    program.extend(to);
    program.extend(if calls { [0x5a, 0xf1, 0x50] } else { [0x50; 3] });
    // CODECOPY(0, DATA + data.len(), answer.len()), RETURN(0, answer.len())
    program.extend([push3(answer.len()), push3(DATA + data.len()), vec![0x5f, 0x39]].concat());
    program.extend([push3(answer.len()), vec![0x5f, 0xf3]].concat());
    program.resize(DATA, 0);
    [program, data, answer].concat()
}

/// A Stylus program, which has to be activated; none for an account without code.
pub fn stylus(behaviour: Behaviour) -> Option<Vec<u8>> {
    // Every program answers with what lies in its memory from `from` on.
    let (data, from, length, before, status) = match behaviour {
        Behaviour::Plain => return None,
        Behaviour::Reverts(length) => (Vec::new(), 0, length, String::new(), 1),
        Behaviour::Burns => (Vec::new(), 0, 0, "(loop (br 0))".to_owned(), 0),
        Behaviour::Answers { call: None, answer } => (answer.clone(), 0, answer.len(), String::new(), 0),
        Behaviour::Answers {
            call: Some((to, calldata)),
            answer,
        } => {
            // Address, value, where the length of the return data comes, calldata, answer.
            let data = [to.as_slice(), &[0; 32], &[0; 4], &calldata, &answer].concat();
            let size = calldata.len();
            let call = format!(
                "(drop (call $call (i32.const 0) (i32.const 56) (i32.const {size}) (i32.const 20) (i64.const -1)
                   (i32.const 52)))"
            );
            (data, 56 + size, answer.len(), call, 0)
        }
    };
    let pages = (data.len() + length).div_ceil(1 << 16).max(1);
    let bytes: String = data.iter().map(|byte| format!("\\{byte:02x}")).collect();
    let module = wat::parse_str(format!(
        "(module
           (import \"vm_hooks\" \"call_contract\"
             (func $call (param i32 i32 i32 i32 i64 i32) (result i32)))
           (import \"vm_hooks\" \"write_result\" (func $write (param i32 i32)))
           (memory (export \"memory\") {pages} {pages})
           (data (i32.const 0) \"{bytes}\")
           (func (export \"user_entrypoint\") (param i32) (result i32)
             {before}
             (call $write (i32.const {from}) (i32.const {length}))
             (i32.const {status})))"
    ));
    Some(deployable(&module.expect("a module as written above")))
}
