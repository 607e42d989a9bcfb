using Microsoft.Extensions.AI;

namespace LlmStack.Routing;

/// <summary>The router, looked at and asked from outside a call.</summary>
public interface ILlmRouter
{
    /// <summary>A dry run: every candidate, in or out, and why. Calls no provider and moves no counter and no random state.</summary>
    /// <param name="model">Group, alias or <c>provider/model</c>.</param>
    /// <param name="messages">The conversation that would be sent.</param>
    /// <param name="options">The options that would be sent, or null.</param>
    /// <param name="cancellationToken">Cancels a classifier that has to be asked.</param>
    /// <exception cref="LlmException">The name is unknown (<see cref="LlmErrorKind.NotFound"/>, with the near matches).</exception>
    ValueTask<RouteExplanation> ExplainAsync(string model, IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>The state of every deployment of the current configuration.</summary>
    IReadOnlyList<DeploymentStatus> GetDeployments();

    /// <summary>What in the current configuration can never happen, or happens otherwise than it seems: circles of fallbacks, groups and deployments that no request can reach, missing prices, settings without effect, retired models. Empty when nothing was found.</summary>
    IReadOnlyList<ConfigurationFinding> CheckConfiguration();

    /// <summary>The most recent calls, newest first: a bounded ring without content.</summary>
    IReadOnlyList<CallRoute> GetRecentCalls();
}
