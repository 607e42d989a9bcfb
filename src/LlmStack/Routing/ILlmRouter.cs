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

    /// <summary>Adds a group, or replaces one. Validated with the whole configuration and swapped in at once; calls under way finish as they began.</summary>
    /// <remarks>
    /// All changes made here outlive reloads of the configuration and are applied on top of it; they end with the process. What was learned of
    /// a deployment is kept by its id.
    /// </remarks>
    /// <param name="name">The group's name.</param>
    /// <param name="group">The group; not to be changed afterwards.</param>
    /// <exception cref="LlmException"><see cref="LlmErrorKind.Configuration"/> with every problem; nothing has changed then.</exception>
    void SetGroup(string name, ModelGroupOptions group);

    /// <summary>Removes a group.</summary>
    /// <param name="name">The group's name.</param>
    /// <exception cref="LlmException"><see cref="LlmErrorKind.Configuration"/> when something still refers to it.</exception>
    void RemoveGroup(string name);

    /// <summary>Adds a deployment to a group, or replaces one.</summary>
    /// <param name="group">The group; made when it does not exist.</param>
    /// <param name="key">The deployment's key in the group, without <c>:</c>.</param>
    /// <param name="deployment">The deployment; not to be changed afterwards.</param>
    /// <exception cref="LlmException"><see cref="LlmErrorKind.Configuration"/> with every problem.</exception>
    void SetDeployment(string group, string key, DeploymentOptions deployment);

    /// <summary>Removes a deployment from a group.</summary>
    /// <param name="group">The group.</param>
    /// <param name="key">The deployment's key in the group.</param>
    /// <exception cref="LlmException"><see cref="LlmErrorKind.Configuration"/> when nobody would be left.</exception>
    void RemoveDeployment(string group, string key);

    /// <summary>Adds another name, or replaces it.</summary>
    /// <param name="name">The name; may have stars.</param>
    /// <param name="target">A group or <c>provider/model</c>.</param>
    /// <exception cref="LlmException"><see cref="LlmErrorKind.Configuration"/> with every problem.</exception>
    void SetAlias(string name, string target);

    /// <summary>Removes another name.</summary>
    /// <param name="name">The alias.</param>
    void RemoveAlias(string name);

    /// <summary>Sends every call of a group to one of its deployments while that can serve; others only take over when it cannot.</summary>
    /// <param name="group">The group.</param>
    /// <param name="deployment">The deployment's id.</param>
    /// <exception cref="LlmException"><see cref="LlmErrorKind.NotFound"/> for an unknown group or deployment.</exception>
    void Pin(string group, string deployment);

    /// <summary>Ends <see cref="Pin"/>.</summary>
    /// <param name="group">The group.</param>
    /// <exception cref="LlmException"><see cref="LlmErrorKind.NotFound"/> for an unknown group.</exception>
    void Unpin(string group);

    /// <summary>Takes new calls away from a deployment, in every group; calls under way finish. <see cref="DeploymentStatus.InFlight"/> says when it is empty.</summary>
    /// <param name="deployment">The deployment's id.</param>
    /// <exception cref="LlmException"><see cref="LlmErrorKind.NotFound"/> for an unknown deployment.</exception>
    void Drain(string deployment);

    /// <summary>Ends <see cref="Drain"/>.</summary>
    /// <param name="deployment">The deployment's id.</param>
    /// <exception cref="LlmException"><see cref="LlmErrorKind.NotFound"/> for an unknown deployment.</exception>
    void Resume(string deployment);
}
