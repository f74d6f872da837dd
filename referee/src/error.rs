//! One typed error for each cause; the declarations with their arguments are in `surety_contracts::IReferee`.

use surety_contracts::IReferee;

surety_contracts::errors! { RefereeError of IReferee {
    Constructed();
    EscrowFailed();
    NotClient(client);
    NotReferee(referee);
    NotVerifier(verifier);
    SealMismatch();
    StakeTooLow(least);
    WrongCasePhase(phase);
    WrongCount(count);
    WrongPhase(phase);
} }
