using LlmStack.Providers;
using LlmStack.Routing;
using Microsoft.Extensions.AI;

namespace LlmStack.Calls;

/// <summary>
/// What differs between the operations; everything else is one path. Implemented by structs, so that the path is compiled for
/// each without a virtual call or a closure.
/// </summary>
internal interface ICallOperation<TResult>
{
    LlmOperation Operation { get; }

    /// <summary>Whether the result is an opened stream, whose attempt ends with the enumeration and not with the call.</summary>
    bool Streaming { get; }

    /// <summary>One attempt.</summary>
    ValueTask<TResult> InvokeAsync(ProviderEntry provider, CallAttempt attempt, CancellationToken cancellationToken);

    /// <summary>Copies what the caller may change once his call has returned.</summary>
    void Detach();

    /// <summary>Changes what later attempts ask for, on the way to a fallback.</summary>
    void Rewrite(FallbackRewrite rewrite);

    /// <summary>Moves what the result says into the attempt: usage, model, finish reason; of a stream, only what came without content.</summary>
    void Describe(TResult result, ref ResultFacts facts);

    /// <summary>Whether the answer has no content at all; of a stream, whether it ended without any.</summary>
    bool IsEmpty(TResult result);

    /// <summary>Lets go of a result that nobody will read.</summary>
    ValueTask DiscardAsync(TResult result);

    /// <summary>Puts the route on the result.</summary>
    TResult Attach(TResult result, CallRoute route);

    /// <summary>Estimated input tokens; asked only when something in the group depends on it.</summary>
    int EstimateInput(ITokenEstimator estimator);
}
