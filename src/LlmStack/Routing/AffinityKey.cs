namespace LlmStack.Routing;

/// <summary>What a deployment is remembered for. Different tenants never share a key, whatever ids they use.</summary>
/// <param name="Kind">What <paramref name="Id"/> is.</param>
/// <param name="Tenant">The project, else team, key or user; null for none.</param>
/// <param name="Group">The group; empty for what belongs to a provider and not to a group.</param>
/// <param name="Id">The session, conversation or tool call, or the prompt's own key; null when <paramref name="Prefix"/> says it.</param>
/// <param name="Credential">The id of the credential used, where callers bring their own; null elsewhere.</param>
/// <param name="Prefix">A hash of the beginning of a conversation.</param>
internal readonly record struct AffinityKey(AffinityKind Kind, string? Tenant, string Group, string? Id, string? Credential, ulong Prefix = 0);
