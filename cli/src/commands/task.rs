//! Own computations: new ones, building them, and their predicates on a chain.

use std::path::PathBuf;

use alloy::primitives::keccak256;
use anyhow::{Context as _, Result, ensure};
use serde_json::json;

use super::deploy;
use crate::{
    args::GlobalArgs,
    chain::{Request, Sent},
    context::Report,
    own::{
        self, Language, Own,
        args::{TaskCommand, TaskFolderArgs, TaskNewArgs},
    },
    units,
};

pub async fn run(global: &GlobalArgs, command: &TaskCommand) -> Result<Report> {
    match command {
        TaskCommand::New(args) => create(args),
        TaskCommand::Build(args) => build(args),
        TaskCommand::Deploy(args) => deploy(global, args).await,
    }
}

/// `surety task new`
fn create(args: &TaskNewArgs) -> Result<Report> {
    let folder = args.dir.clone().unwrap_or_else(|| PathBuf::from(&args.name));
    let (language, next) = if args.command {
        (
            Language::Any,
            "write what it computes, in program.sh or any other program that task.toml names",
        )
    } else {
        (
            Language::Rust,
            "write what it computes in src/lib.rs, then run `surety task build`",
        )
    };
    own::create(&folder, &args.name, language)?;
    Ok(Report::new(
        format!("{} is new: {next}", folder.display()),
        json!({ "name": args.name, "folder": folder }),
    ))
}

/// `surety task build`
fn build(args: &TaskFolderArgs) -> Result<Report> {
    let built = own::build(&args.folder)?;
    let (digest, code) = (hex::encode(built.digest), &built.predicate);
    Ok(Report::new(
        format!(
            "built `{}`, digest {digest}\npredicate: {} bytes, code hash {}\ndeploy it with `surety task deploy {}`",
            built.name,
            units::grouped(code.len() as u64),
            keccak256(code),
            args.folder.display()
        ),
        json!({ "name": built.name, "digest": digest, "codeBytes": code.len(), "codeHash": keccak256(code) }),
    ))
}

/// `surety task deploy`
async fn deploy(global: &GlobalArgs, args: &TaskFolderArgs) -> Result<Report> {
    let own = Own::read(&args.folder)?;
    let code = own.predicate.with_context(|| {
        format!(
            "`{}` has no predicate: only what `surety task build` built has one",
            own.name
        )
    })?;
    let chain = global.signing(None).await?.chain;
    let create = chain.submit(&Request::create(surety_wasm::init_code(&code))).await?;
    let address = create
        .contract
        .context("the node's receipt names no contract address")?;
    let activate = deploy::activate(&chain, address).await?;
    ensure!(
        chain.code(address).await?.as_ref() == code,
        "the chain holds other code at {address} than was sent"
    );
    Ok(Report::new(
        format!(
            "predicate of `{}` {address}\ncreated for {} gas, {}\nname it with --predicate {address}",
            own.name,
            units::grouped(create.gas),
            match &activate {
                Some(sent) => format!("activated for {}", units::grouped(sent.gas)),
                None => "active already".to_owned(),
            }
        ),
        json!({
            "name": own.name,
            "address": address,
            "codeHash": keccak256(&code),
            "codeBytes": code.len(),
            "create": create.json(),
            "activate": activate.as_ref().map(Sent::json),
        }),
    ))
}
