using LlmStack.Routing;

namespace LlmStack.Calls;

/// <summary>How the request path reads the updates of a stream; static, so that each stream's loop is compiled for its type.</summary>
internal interface IUpdateTraits<TUpdate>
{
    /// <summary>Whether the update commits the stream: text, reasoning or a tool call.</summary>
    static abstract bool HasContent(TUpdate update);

    /// <summary>Takes what the update says: text, usage, finish reason, ids.</summary>
    static abstract void Observe(TUpdate update, CallState state);

    /// <summary>Whether the adapter made this update to carry the route (its first and its last).</summary>
    static abstract bool CanCarryRoute(TUpdate update);

    /// <summary>Puts the route on an update.</summary>
    static abstract void Attach(TUpdate update, CallRoute route, bool last);

    /// <summary>An empty last update, for adapters that made none to carry the route.</summary>
    static abstract TUpdate MakeLast(CallState state);
}
