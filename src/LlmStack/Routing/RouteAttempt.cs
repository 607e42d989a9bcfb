using LlmStack.Catalog;
using Microsoft.Extensions.AI;

namespace LlmStack.Routing;

/// <summary>One call to one deployment.</summary>
public sealed class RouteAttempt
{
    private CallCost? _cost;

    internal RouteAttempt(string deployment, string provider, string model, string group)
    {
        Deployment = deployment;
        Provider = provider;
        Model = model;
        Group = group;
    }

    /// <summary>The deployment's id.</summary>
    public string Deployment { get; }

    /// <summary>The provider's name.</summary>
    public string Provider { get; }

    /// <summary>The model as the provider names it.</summary>
    public string Model { get; }

    /// <summary>The group the deployment was picked from.</summary>
    public string Group { get; }

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

    /// <summary>From the start of the attempt to its first content; null for calls that do not stream.</summary>
    public TimeSpan? FirstToken { get; internal set; }

    /// <summary>Whether a failed attempt may have been billed, because its request had been sent.</summary>
    public bool MayHaveBeenBilled { get; internal set; }

    /// <summary>What it cost, estimated where the provider did not live to tell its usage; null when it was certainly not billed.</summary>
    public CallCost? Cost => Billed ? _cost ??= CostCalculator.Compute(Price, Usage, Billing) : null;

    /// <summary>Whether it is, or may have been, billed.</summary>
    internal bool Billed { get; set; }

    internal ModelPrice? Price { get; set; }

    /// <summary>What was used, as reported or estimated; null when unknown.</summary>
    internal UsageDetails? Usage { get; set; }

    internal BillingTerms? Billing { get; set; }
}
