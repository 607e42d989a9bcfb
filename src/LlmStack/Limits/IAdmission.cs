namespace LlmStack.Limits;

/// <summary>Reserves what a call is expected to use before it leaves, and settles it afterwards. Decides locally, never waits.</summary>
internal interface IAdmission
{
    /// <summary>Reserves atomically, all or nothing. On refusal nothing is held.</summary>
    AdmissionResult TryReserve(in Demand demand, out Reservation reservation);

    /// <summary>Replaces the reserved estimate by what was really used. Idempotent; a default reservation is ignored.</summary>
    void Settle(in Reservation reservation, in UsageAmounts usage);

    /// <summary>How long until <paramref name="demand"/> would fit; zero when it fits now. Moves nothing.</summary>
    TimeSpan WaitFor(in Demand demand);
}
