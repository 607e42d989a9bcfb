namespace LlmStack.Routing;

/// <summary>Attempts beside each other: hedges and races.</summary>
/// <param name="Role">What the further attempts are.</param>
/// <param name="Attempts">Attempts under way at a time, the first included.</param>
/// <param name="Delay">Between two starts; null for the deployment's p95.</param>
/// <param name="AllowProviderTools">Whether calls qualify whose tools run at the provider.</param>
/// <param name="Share">What further attempts draw on; null for no limit.</param>
internal sealed record ParallelPlan(AttemptRole Role, int Attempts, TimeSpan? Delay, bool AllowProviderTools, RetryBudget? Share);
