using LlmStack.Routing;
using Microsoft.Extensions.AI;

namespace LlmStack.Calls;

/// <summary>How the request path reads the updates of a stream; static, so that each stream's loop is compiled for its type.</summary>
internal interface IUpdateTraits<TUpdate>
{
    /// <summary>About the bytes of an update with nothing in it.</summary>
    const int EmptySize = 128;

    /// <summary>Whether the update commits the stream: text, reasoning or a tool call.</summary>
    static abstract bool HasContent(TUpdate update);

    /// <summary>Takes what the update says: text, usage, finish reason, ids.</summary>
    static abstract void Observe(TUpdate update, CallAttempt attempt);

    /// <summary>Whether the adapter made this update to carry the route (its first and its last).</summary>
    static abstract bool CanCarryRoute(TUpdate update);

    /// <summary>Puts the route on an update.</summary>
    static abstract void Attach(TUpdate update, CallRoute route, bool last);

    /// <summary>An empty last update, for adapters that made none to carry the route.</summary>
    static abstract TUpdate MakeLast(CallAttempt attempt);

    /// <summary>About how many bytes an update holds that has no content.</summary>
    static abstract int SizeOf(TUpdate update);

    /// <summary>About how many bytes an update holds, its content included.</summary>
    static abstract int ContentSizeOf(TUpdate update);

    /// <summary>The update that announces a continuation, with the usage of the part before it.</summary>
    static abstract TUpdate MakeContinuation(StreamContinuation continuation, UsageDetails? usage);

    /// <summary>Makes an update of the deployment that goes on part of the answer that <paramref name="first"/> began.</summary>
    static abstract void Join(TUpdate update, TUpdate first);
}
