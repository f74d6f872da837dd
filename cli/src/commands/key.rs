//! `surety key`: keys in encrypted keystores.

use std::{
    env, fs,
    io::{self, IsTerminal as _},
    path::PathBuf,
};

use alloy::signers::local::PrivateKeySigner;
use anyhow::{Context as _, Result, bail, ensure};
use serde_json::json;

use crate::{
    args::GlobalArgs,
    context::Report,
    keys::{self, Ask, KEY_VARIABLE},
    network::args::{KeyCommand, KeystoreArgs},
};

pub async fn run(global: &GlobalArgs, command: &KeyCommand) -> Result<Report> {
    match command {
        KeyCommand::New(args) => {
            let path = place(global, args)?;
            write(global, path, &PrivateKeySigner::random(), "a new key")
        }
        KeyCommand::Import(args) => {
            let path = place(global, args)?;
            write(global, path, &bare(global)?, "the key")
        }
        KeyCommand::Address => address(global).await,
    }
}

/// Where a keystore is to be written, which must not be there yet: better to know before a password is asked for.
fn place(global: &GlobalArgs, args: &KeystoreArgs) -> Result<PathBuf> {
    let path = match &args.out {
        Some(path) => path.clone(),
        None => global
            .config()?
            .keystore()
            .context("there is no home folder for a keystore: name a file with --out")?,
    };
    ensure!(
        !path.exists(),
        "{} exists, and keys are never overwritten: name another file with --out",
        path.display()
    );
    Ok(path)
}

fn write(global: &GlobalArgs, path: PathBuf, signer: &PrivateKeySigner, what: &str) -> Result<Report> {
    let password = global.keys.password(Ask::Twice)?;
    keys::write_keystore(&path, signer, &password)?;
    let address = signer.address();
    let text = format!(
        "{what} for account {address}, encrypted in {}\nwithout that file and its password nobody can sign for it: keep a \
         copy of both",
        path.display()
    );
    Ok(Report::new(text, json!({ "address": address, "keystore": path })))
}

/// The key to import.
fn bare(global: &GlobalArgs) -> Result<PrivateKeySigner> {
    if let Some(path) = &global.keys.key_file {
        let text = fs::read_to_string(path).with_context(|| format!("cannot read the key file {}", path.display()))?;
        return keys::parse(&text).with_context(|| format!("the key file {} does not hold a key", path.display()));
    }
    if let Ok(text) = env::var(KEY_VARIABLE) {
        return keys::parse(&text).with_context(|| format!("{KEY_VARIABLE} does not hold a key"));
    }
    if !io::stdin().is_terminal() {
        bail!("no key to import: name a file that holds it with --key-file, or set {KEY_VARIABLE}");
    }
    let text = rpassword::prompt_password("Private key (64 hexadecimal digits): ").context("cannot read the key")?;
    keys::parse(&text)
}

async fn address(global: &GlobalArgs) -> Result<Report> {
    // Most keystores say it without their password.
    let address = match global.account() {
        Some(address) => address,
        None => global.wallet().await?.default_signer().address(),
    };
    Ok(Report::new(address.to_string(), json!({ "address": address })))
}
