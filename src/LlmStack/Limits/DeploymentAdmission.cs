namespace LlmStack.Limits;

/// <summary>Requests and tokens per minute of a deployment; everything else is admitted.</summary>
internal sealed class DeploymentAdmission(TimeProvider time) : IAdmission
{
    public AdmissionResult TryReserve(in Demand demand, out Reservation reservation) => throw new NotSupportedException("seam");

    public void Settle(in Reservation reservation, in UsageAmounts usage) => throw new NotSupportedException("seam");

    public TimeSpan WaitFor(in Demand demand) => throw new NotSupportedException("seam");
}
