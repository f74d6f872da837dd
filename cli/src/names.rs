//! Names of the protocol's terms in the tool's own words.

use surety_contracts::{CasePhase, Fault, Form, PactPhase, Phase};

/// Lower-case name of a phase, as in `surety status`.
pub fn phase(phase: Phase) -> &'static str {
    match phase {
        Phase::None => "unknown to the escrow",
        Phase::Open => "open",
        Phase::Taken => "taken",
        Phase::Sealed => "sealed",
        Phase::Committed => "committed",
        Phase::Demanded => "demanded",
        Phase::Disputed => "disputed",
        Phase::Refunded => "refunded",
        Phase::Forfeited => "forfeited",
        Phase::Paid => "paid",
        Phase::Convicted => "convicted",
        Phase::__Invalid => "in no known phase",
    }
}

/// The same as a title, as in the picture of a job's life.
pub fn phase_title(phase: Phase) -> &'static str {
    match phase {
        Phase::Open => "Open",
        Phase::Taken => "Taken",
        Phase::Sealed => "Sealed",
        Phase::Committed => "Committed",
        Phase::Demanded => "Demanded",
        Phase::Disputed => "Disputed",
        Phase::Refunded => "Refunded",
        Phase::Forfeited => "Forfeited",
        Phase::Paid => "Paid",
        Phase::Convicted => "Convicted",
        Phase::None | Phase::__Invalid => "Unknown",
    }
}

pub fn case_phase(phase: CasePhase) -> &'static str {
    match phase {
        CasePhase::None => "unknown to the referee contract",
        CasePhase::Offered => "offered",
        CasePhase::Bound => "bound",
        CasePhase::Sealed => "sealed",
        CasePhase::Revealed => "revealed",
        CasePhase::Closed => "closed",
        CasePhase::__Invalid => "in no known phase",
    }
}

pub fn pact_phase(phase: PactPhase) -> &'static str {
    match phase {
        PactPhase::None => "unknown to the bribe contract",
        PactPhase::Offered => "offered",
        PactPhase::Accepted => "accepted",
        PactPhase::Closed => "closed",
        PactPhase::__Invalid => "in no known phase",
    }
}

pub fn fault(fault: Fault) -> &'static str {
    match fault {
        Fault::None => "none",
        Fault::Withheld => "withheld",
        Fault::WrongElement => "wrong element",
        Fault::Disorder => "disorder",
        Fault::MissingElement => "missing element",
        Fault::WrongStep => "wrong step",
        Fault::__Invalid => "unknown fault",
    }
}

pub fn form(form: Form) -> &'static str {
    match form {
        Form::Set => "set",
        Form::Table => "table",
        Form::Chain => "chain",
        Form::__Invalid => "unknown form",
    }
}
