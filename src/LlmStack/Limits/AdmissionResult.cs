namespace LlmStack.Limits;

/// <summary>Whether a reservation was made.</summary>
/// <param name="Admitted">Whether it was.</param>
/// <param name="Limit">The limit that refused, for instance <c>requests per minute</c>; null when admitted.</param>
/// <param name="RetryAfter">How long until it would fit; zero when admitted.</param>
internal readonly record struct AdmissionResult(bool Admitted, string? Limit, TimeSpan RetryAfter)
{
    public static AdmissionResult Yes => new(true, null, TimeSpan.Zero);
}
