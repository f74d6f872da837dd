//! Where the key that signs comes from: a Ledger, a keystore file, a file with the bare key, the environment, or the
//! keystore that `surety key` made.

use std::{
    env, fs,
    io::{self, IsTerminal},
    path::{Path, PathBuf},
};

use alloy::{
    network::EthereumWallet,
    primitives::{Address, hex},
    signers::{k256::elliptic_curve::rand_core::OsRng, local::PrivateKeySigner},
};
use anyhow::{Context, Result, anyhow, bail, ensure};
use clap::Args;
use serde_json::Value;
use tempfile::NamedTempFile;

/// Name of the environment variable that may hold the private key as hexadecimal digits.
pub const KEY_VARIABLE: &str = "SURETY_PRIVATE_KEY";

/// Who signs. Without any of these, `SURETY_PRIVATE_KEY` is taken, or else the keystore of `surety key`.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Key")]
pub struct KeyArgs {
    /// Sign with this account of a Ledger, counted from 0 as Ledger's own program counts; its Ethereum app has to be open
    #[cfg(feature = "ledger")]
    #[arg(long, value_name = "ACCOUNT", global = true, conflicts_with_all = ["keystore", "key_file"])]
    pub ledger: Option<usize>,
    /// Sign with this encrypted JSON keystore, as cast and geth write them
    #[arg(long, value_name = "FILE", global = true, conflicts_with = "key_file")]
    pub keystore: Option<PathBuf>,
    /// The keystore's password, as first line of a file (asked for on a terminal if absent)
    #[arg(long, value_name = "FILE", global = true)]
    pub password_file: Option<PathBuf>,
    /// Sign with the private key in this file (64 hexadecimal digits)
    #[arg(long, value_name = "FILE", global = true)]
    pub key_file: Option<PathBuf>,
}

impl KeyArgs {
    /// Who signs, or an error that says how to name one. `usual`: the keystore of whoever names none.
    pub async fn wallet(&self, usual: Option<&Path>) -> Result<EthereumWallet> {
        #[cfg(feature = "ledger")]
        if let Some(account) = self.ledger {
            return ledger(account).await;
        }
        Ok(self.signer(usual)?.into())
    }

    fn signer(&self, usual: Option<&Path>) -> Result<PrivateKeySigner> {
        match self.source(env::var(KEY_VARIABLE).ok(), usual)? {
            Source::Keystore(path) => {
                let password = self.password(Ask::Once)?;
                PrivateKeySigner::decrypt_keystore(&path, password)
                    .map_err(|error| anyhow!("cannot open the keystore {}: {error}", path.display()))
            }
            Source::Bare(signer) => Ok(signer),
        }
    }

    /// The account that would sign, if a key is there and tells it without its password.
    pub fn account(&self, usual: Option<&Path>) -> Option<Address> {
        #[cfg(feature = "ledger")]
        if self.ledger.is_some() {
            return None;
        }
        match self.source(env::var(KEY_VARIABLE).ok(), usual).ok()? {
            Source::Keystore(path) => address_in(&path),
            Source::Bare(signer) => Some(signer.address()),
        }
    }

    /// What is explicit goes first: a flag, the environment, then what `surety key` made.
    fn source(&self, variable: Option<String>, usual: Option<&Path>) -> Result<Source> {
        if let Some(path) = &self.keystore {
            return Ok(Source::Keystore(path.clone()));
        }
        if let Some(path) = &self.key_file {
            let text =
                fs::read_to_string(path).with_context(|| format!("cannot read the key file {}", path.display()))?;
            return parse(&text)
                .map(Source::Bare)
                .with_context(|| format!("the key file {} does not hold a key", path.display()));
        }
        if let Some(text) = variable {
            return parse(&text)
                .map(Source::Bare)
                .with_context(|| format!("{KEY_VARIABLE} does not hold a key"));
        }
        match usual.filter(|path| path.exists()) {
            Some(path) => Ok(Source::Keystore(path.to_owned())),
            None => bail!(
                "this command signs: make a key with `surety key new`, or name one with --keystore FILE, --key-file FILE \
                 or {KEY_VARIABLE}"
            ),
        }
    }

    /// The password of a keystore, from a file or the terminal.
    pub fn password(&self, ask: Ask) -> Result<String> {
        if let Some(path) = &self.password_file {
            let text = fs::read_to_string(path)
                .with_context(|| format!("cannot read the password file {}", path.display()))?;
            return Ok(text.lines().next().unwrap_or_default().to_owned());
        }
        if !io::stdin().is_terminal() {
            bail!("the keystore needs a password: name a file that holds it with --password-file");
        }
        let prompt = |text| rpassword::prompt_password(text).context("cannot read the password");
        let password = prompt("Password of the keystore: ")?;
        if ask == Ask::Twice {
            ensure!(
                prompt("The same again: ")? == password,
                "the passwords differ: nothing was written"
            );
        }
        Ok(password)
    }
}

#[cfg(feature = "ledger")]
async fn ledger(account: usize) -> Result<EthereumWallet> {
    use alloy::signers::ledger::{HDPath, LedgerSigner};
    LedgerSigner::new(HDPath::LedgerLive(account), None)
        .await
        .map(EthereumWallet::from)
        .context("cannot sign with a Ledger: connect it, unlock it, open its Ethereum app, and close other programs that use it")
}

/// How often a password is asked for: a new one twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ask {
    Once,
    Twice,
}

enum Source {
    Keystore(PathBuf),
    Bare(PrivateKeySigner),
}

/// The account that a keystore says it is of, as geth's and ours do; cast's do not.
pub fn address_in(keystore: &Path) -> Option<Address> {
    let keystore: Value = serde_json::from_slice(&fs::read(keystore).ok()?).ok()?;
    keystore.get("address")?.as_str()?.parse().ok()
}

/// Writes a key into a keystore that must not exist, readable for its owner alone. It says whose it is, so that commands
/// which only read need no password.
pub fn write_keystore(path: &Path, signer: &PrivateKeySigner, password: &str) -> Result<()> {
    const DRAFT: &str = "draft";
    let write = || {
        let folder = match path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        fs::create_dir_all(folder)?;
        // Encrypted where nobody else reads, and moved when it is whole.
        let draft = tempfile::tempdir_in(folder)?;
        PrivateKeySigner::encrypt_keystore(draft.path(), &mut OsRng, signer.to_bytes(), password, Some(DRAFT))?;
        let mut keystore: Value = serde_json::from_slice(&fs::read(draft.path().join(DRAFT))?)?;
        keystore["address"] = hex::encode(signer.address()).into();
        let mut file = NamedTempFile::new_in(folder)?;
        serde_json::to_writer_pretty(&mut file, &keystore)?;
        file.as_file().sync_all()?;
        file.persist_noclobber(path)?;
        Ok::<_, anyhow::Error>(())
    };
    write().with_context(|| {
        format!(
            "cannot write the keystore {} (files are never overwritten)",
            path.display()
        )
    })
}

/// A private key as 64 hexadecimal digits, with or without 0x. The text itself never appears in an error.
pub fn parse(text: &str) -> Result<PrivateKeySigner> {
    text.trim()
        .parse()
        .map_err(|_| anyhow!("expected 64 hexadecimal digits of a secp256k1 private key"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy::primitives::address;

    /// The first published account of anvil and hardhat.
    const KEY: &str = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";

    fn key(named: &KeyArgs, variable: Option<&str>) -> Result<Address> {
        match named.source(variable.map(str::to_owned), None)? {
            Source::Bare(signer) => Ok(signer.address()),
            Source::Keystore(_) => Ok(named.signer(None)?.address()),
        }
    }

    #[test]
    fn a_key_comes_from_a_file_or_the_environment() {
        let expected = address!("f39Fd6e51aad88F6F4ce6aB8827279cffFb92266");
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        fs::write(&path, format!("{KEY}\n")).unwrap();
        let named = KeyArgs {
            key_file: Some(path),
            ..KeyArgs::default()
        };
        assert_eq!(key(&named, None).unwrap(), expected);
        let bare = KEY.trim_start_matches("0x");
        assert_eq!(key(&KeyArgs::default(), Some(bare)).unwrap(), expected);
    }

    #[test]
    fn a_keystore_opens_with_its_password_only_and_is_never_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let signer: PrivateKeySigner = KEY.parse().unwrap();
        let keystore = folder.path().join("new/key.json");
        write_keystore(&keystore, &signer, "correct").unwrap();
        assert_eq!(address_in(&keystore), Some(signer.address()));
        let password = folder.path().join("password");
        let named = KeyArgs {
            keystore: Some(keystore.clone()),
            password_file: Some(password.clone()),
            ..KeyArgs::default()
        };
        fs::write(&password, "correct\n").unwrap();
        assert_eq!(key(&named, None).unwrap(), signer.address());
        fs::write(&password, "wrong").unwrap();
        let error = key(&named, None).unwrap_err().to_string();
        assert!(error.contains("cannot open the keystore"), "{error}");
        let before = fs::read(&keystore).unwrap();
        let error = write_keystore(&keystore, &PrivateKeySigner::random(), "x")
            .unwrap_err()
            .to_string();
        assert!(error.contains("never overwritten"), "{error}");
        assert_eq!(fs::read(&keystore).unwrap(), before);
        assert_eq!(
            fs::read_dir(folder.path().join("new")).unwrap().count(),
            1,
            "no draft is left"
        );
    }

    #[test]
    fn errors_name_the_remedy_and_never_the_key() {
        let error = key(&KeyArgs::default(), None).unwrap_err().to_string();
        assert!(
            error.contains("surety key new") && error.contains(KEY_VARIABLE),
            "{error}"
        );
        let error = format!("{:#}", key(&KeyArgs::default(), Some("0x1234secret")).unwrap_err());
        assert!(
            error.contains("64 hexadecimal digits") && !error.contains("secret"),
            "{error}"
        );
    }
}
