namespace LlmStack;

/// <summary>By what the ledger can be grouped and filtered.</summary>
public enum LedgerDimension
{
    /// <summary>The provider's name in the configuration.</summary>
    Provider = 0,

    /// <summary>The model, as the provider names it.</summary>
    Model,

    /// <summary>The deployment's id.</summary>
    Deployment,

    /// <summary>The model group the deployment was picked from.</summary>
    Group,

    /// <summary>The operation: <c>chat</c>, <c>embeddings</c>, <c>rerank</c> …</summary>
    Operation,

    /// <summary><see cref="LlmContext.Key"/>: the id of the caller's own key.</summary>
    Key,

    /// <summary><see cref="LlmContext.UserId"/>.</summary>
    User,

    /// <summary><see cref="LlmContext.Team"/>.</summary>
    Team,

    /// <summary><see cref="LlmContext.Project"/>.</summary>
    Project,

    /// <summary><see cref="LlmContext.Feature"/>.</summary>
    Feature,

    /// <summary><see cref="LlmContext.Experiment"/>; of a mirrored call <c>mirror:</c> and the group.</summary>
    Experiment,

    /// <summary>The price list an attempt was billed by.</summary>
    PriceVersion,

    /// <summary>
    /// One of <see cref="LlmContext.Tags"/>. An attempt counts in the row of each of its tags, so rows by tag may add up to more than
    /// <see cref="LedgerReport.Total"/>.
    /// </summary>
    Tag,
}
