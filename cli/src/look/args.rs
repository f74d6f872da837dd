//! The command line of what shows jobs.

use std::{path::PathBuf, str::FromStr, time::Duration};

use alloy::primitives::{Address, B256};
use clap::Args;

/// A job by its file or by its id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum JobName {
    Id(B256),
    File(PathBuf),
}

impl FromStr for JobName {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let digits = text
            .strip_prefix("0x")
            .filter(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()));
        match digits {
            Some(digits) if digits.len() == 64 => {
                text.parse().map(Self::Id).map_err(|_| format!("`{text}` is no job id"))
            }
            Some(digits) if digits.len() > 8 => Err(format!(
                "`{text}` is no job id: it has {} hexadecimal digits where 64 are expected",
                digits.len()
            )),
            _ => Ok(Self::File(text.into())),
        }
    }
}

/// Which escrow's jobs, and where its logs begin.
#[derive(Args, Debug, Clone)]
pub struct PlaceArgs {
    /// Address of the escrow [default: the one known on the network]
    #[arg(long, env = "SURETY_ESCROW")]
    pub escrow: Option<Address>,
    /// Block from which on the escrow's logs are read [default: that of its deployment, if that is known]
    #[arg(long, value_name = "BLOCK")]
    pub since: Option<u64>,
}

/// Whose jobs.
#[derive(Args, Debug, Clone)]
pub struct WhoseArgs {
    /// Jobs in which this account is client, worker or referee [default: that of the key]
    #[arg(long, value_name = "ADDRESS")]
    pub account: Option<Address>,
    /// Everybody's jobs
    #[arg(long, conflicts_with = "account")]
    pub everybody: bool,
}

#[derive(Args, Debug)]
pub struct StatusArgs {
    /// Files or ids of jobs [default: all jobs of the account]
    #[arg(value_name = "JOB")]
    pub jobs: Vec<JobName>,
    #[command(flatten)]
    pub place: PlaceArgs,
    #[command(flatten)]
    pub whose: WhoseArgs,
}

#[derive(Args, Debug)]
pub struct HistoryArgs {
    /// File or id of the job
    #[arg(value_name = "JOB")]
    pub job: JobName,
    #[command(flatten)]
    pub place: PlaceArgs,
}

#[derive(Args, Debug)]
pub struct TopArgs {
    #[command(flatten)]
    pub place: PlaceArgs,
    #[command(flatten)]
    pub whose: WhoseArgs,
    /// How often the chain is looked at
    #[arg(long, value_name = "SPAN", default_value = "1s", value_parser = humantime::parse_duration)]
    pub interval: Duration,
    /// With --json: print one line and end, instead of one for each change
    #[arg(long, requires = "json")]
    pub once: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_job_is_named_by_its_file_or_its_id() {
        let id = format!("0x{}", "ab".repeat(32));
        assert_eq!(id.parse(), Ok(JobName::Id(B256::repeat_byte(0xab))));
        assert_eq!("jobs/JOB.json".parse(), Ok(JobName::File("jobs/JOB.json".into())));
        let short = id[..20].parse::<JobName>().unwrap_err();
        assert!(short.contains("18 hexadecimal digits where 64 are expected"), "{short}");
    }
}
