//! One typed error for each cause; the declarations with their arguments are in `surety_contracts::ICollusion`.

use surety_contracts::ICollusion;

surety_contracts::errors! { CollusionError of ICollusion {
    Constructed();
    EscrowFailed();
    IdUsed(pactId);
    NotReferee(referee);
    NotVerifier(verifier);
    NotWorker(worker);
    RefereeFailed();
    WrongCasePhase(phase);
    WrongPactPhase(phase);
    WrongPhase(phase);
} }
