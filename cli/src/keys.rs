//! Where the key that signs comes from: a keystore file, a file with the bare key, or the environment.

use std::{
    env, fs,
    io::{self, IsTerminal},
    path::PathBuf,
};

use alloy::signers::local::PrivateKeySigner;
use anyhow::{Context, Result, anyhow, bail};
use clap::Args;

/// Name of the environment variable that may hold the private key as hexadecimal digits.
const KEY_VARIABLE: &str = "SURETY_PRIVATE_KEY";

/// Who signs. Without any of these, `SURETY_PRIVATE_KEY` is taken.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Key")]
pub struct KeyArgs {
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
    /// The key, or an error that says how to name one.
    pub fn signer(&self) -> Result<PrivateKeySigner> {
        self.find(env::var(KEY_VARIABLE).ok())
    }

    /// Whether a key was named at all; calls that only read do without.
    pub fn address_hint(&self) -> Option<alloy::primitives::Address> {
        // A keystore may ask for its password, which a read is not worth.
        match &self.keystore {
            Some(_) => None,
            None => self.signer().ok().map(|signer| signer.address()),
        }
    }

    fn find(&self, variable: Option<String>) -> Result<PrivateKeySigner> {
        if let Some(path) = &self.keystore {
            let password = self.password()?;
            return PrivateKeySigner::decrypt_keystore(path, password)
                .map_err(|error| anyhow!("cannot open the keystore {}: {error}", path.display()));
        }
        if let Some(path) = &self.key_file {
            let text =
                fs::read_to_string(path).with_context(|| format!("cannot read the key file {}", path.display()))?;
            return parse(&text).with_context(|| format!("the key file {} does not hold a key", path.display()));
        }
        match variable {
            Some(text) => parse(&text).with_context(|| format!("{KEY_VARIABLE} does not hold a key")),
            None => bail!("this command signs: name a key with --keystore FILE, --key-file FILE or {KEY_VARIABLE}"),
        }
    }

    fn password(&self) -> Result<String> {
        if let Some(path) = &self.password_file {
            let text = fs::read_to_string(path)
                .with_context(|| format!("cannot read the password file {}", path.display()))?;
            return Ok(text.lines().next().unwrap_or_default().to_owned());
        }
        if !io::stdin().is_terminal() {
            bail!("the keystore needs a password: name a file that holds it with --password-file");
        }
        rpassword::prompt_password("Password of the keystore: ").context("cannot read the password")
    }
}

/// A private key as 64 hexadecimal digits, with or without 0x. The text itself never appears in an error.
fn parse(text: &str) -> Result<PrivateKeySigner> {
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
        assert_eq!(named.find(None).unwrap().address(), expected);
        let bare = KEY.trim_start_matches("0x").to_owned();
        assert_eq!(KeyArgs::default().find(Some(bare)).unwrap().address(), expected);
    }

    #[test]
    fn a_keystore_opens_with_its_password_only() {
        let folder = tempfile::tempdir().unwrap();
        let signer: PrivateKeySigner = KEY.parse().unwrap();
        let (_, name) = PrivateKeySigner::encrypt_keystore(
            folder.path(),
            &mut alloy::signers::k256::elliptic_curve::rand_core::OsRng,
            signer.to_bytes(),
            "correct",
            None,
        )
        .unwrap();
        let password = folder.path().join("password");
        let named = KeyArgs {
            keystore: Some(folder.path().join(name)),
            password_file: Some(password.clone()),
            key_file: None,
        };
        fs::write(&password, "correct\n").unwrap();
        assert_eq!(named.find(None).unwrap().address(), signer.address());
        fs::write(&password, "wrong").unwrap();
        let error = named.find(None).unwrap_err().to_string();
        assert!(error.contains("cannot open the keystore"), "{error}");
    }

    #[test]
    fn errors_name_the_remedy_and_never_the_key() {
        let error = KeyArgs::default().find(None).unwrap_err().to_string();
        assert!(error.contains("--keystore") && error.contains(KEY_VARIABLE), "{error}");
        let error = format!(
            "{:#}",
            KeyArgs::default().find(Some("0x1234secret".into())).unwrap_err()
        );
        assert!(
            error.contains("64 hexadecimal digits") && !error.contains("secret"),
            "{error}"
        );
    }
}
