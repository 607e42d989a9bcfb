namespace LlmStack.Routing;

/// <summary>Assigns requests to the pools of a group. Synchronous, thread-safe, without allocation; equal requests go to equal pools.</summary>
internal interface IPoolSelector
{
    /// <summary>The number of the pool, from 1; 0 for none.</summary>
    int Select(in RouteRequest request);
}
