using LlmStack.Catalog;
using Microsoft.Extensions.AI;

namespace LlmStack.Routing;

/// <summary>One call to one deployment.</summary>
public sealed class RouteAttempt
{
    private CallCost? _cost;

    internal RouteAttempt(Deployment target, string group)
    {
        Target = target;
        Group = group;
    }

    /// <summary>The deployment's id.</summary>
    public string Deployment => Target.Id;

    /// <summary>The provider's name.</summary>
    public string Provider => Target.Provider;

    /// <summary>The model as the provider names it.</summary>
    public string Model => Target.Model;

    /// <summary>The group the deployment was picked from.</summary>
    public string Group { get; }

    /// <summary>Why it was made.</summary>
    public AttemptRole Role { get; internal set; }

    /// <summary>Why a cascade rejected the answer; null when it did not.</summary>
    public string? Rejection { get; internal set; }

    /// <summary>The kind of failure; null when the attempt succeeded.</summary>
    public LlmErrorKind? Error { get; internal set; }

    /// <summary>The HTTP status, or null.</summary>
    public int? StatusCode { get; internal set; }

    /// <summary>The provider's id of the request, or null.</summary>
    public string? RequestId { get; internal set; }

    /// <summary>The failure in words, without content and secrets; null when the attempt succeeded.</summary>
    public string? Message { get; internal set; }

    /// <summary>How long was waited before the attempt.</summary>
    public TimeSpan Wait { get; internal set; }

    /// <summary>From the start of the attempt to its end.</summary>
    public TimeSpan Duration { get; internal set; }

    /// <summary>The part of <see cref="Duration"/> that went into fetching a secret; zero when it was at hand.</summary>
    public TimeSpan Credential { get; internal set; }

    /// <summary>
    /// The part of <see cref="Duration"/> until a connection was at hand: name resolution, connecting and encryption, or waiting for one of
    /// the pool. Microseconds when an open one was free, and zero where the provider's adapter does not use our transport.
    /// </summary>
    public TimeSpan Connect { get; internal set; }

    /// <summary>From the start of the attempt to its first content; null for calls that do not stream.</summary>
    public TimeSpan? FirstToken { get; internal set; }

    /// <summary>Whether a failed attempt may have been billed, because its request had been sent.</summary>
    public bool MayHaveBeenBilled { get; internal set; }

    /// <summary>Whether what the attempt used was worked out from its prompt and the text that arrived, because the provider did not say.</summary>
    public bool IsUsageEstimated { get; internal set; }

    /// <summary>What it cost, estimated where the provider did not live to tell its usage; null when it was certainly not billed.</summary>
    public CallCost? Cost => IsBilled ? _cost ??= CostCalculator.Compute(Target.Price, Usage, Billing) : null;

    /// <summary>Whether it is, or may have been, billed.</summary>
    internal bool IsBilled => Error is null || MayHaveBeenBilled || Usage is not null || Billing?.ReportedCost is not null;

    /// <summary>Whose attempt it was.</summary>
    internal Deployment Target { get; }

    /// <summary>What was used, as reported or estimated; null when unknown.</summary>
    internal UsageDetails? Usage { get; set; }

    /// <summary>What beside usage and list price decides the cost; mostly null.</summary>
    internal BillingTerms? Billing { get; set; }
}
