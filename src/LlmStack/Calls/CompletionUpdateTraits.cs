using LlmStack.Routing;
using Microsoft.Extensions.AI;

namespace LlmStack.Calls;

internal readonly struct CompletionUpdateTraits : IUpdateTraits<TextCompletionUpdate>
{
    public static bool HasContent(TextCompletionUpdate update) => update.Text.Length > 0;

    public static void Observe(TextCompletionUpdate update, CallAttempt attempt)
    {
        attempt.Text.Append(update.Text);
        if (update.Usage is not null)
        {
            attempt.Facts.Usage = update.Usage;
        }

        if (update.FinishReason is { } reason)
        {
            attempt.Facts.FinishReason = reason.Value;
        }

        attempt.Facts.ResponseId ??= update.ResponseId;
        attempt.Facts.ModelId ??= update.ModelId;
    }

    // Any update can: the route is a field of the type. The last one is the one that brings the end or the usage.
    public static bool CanCarryRoute(TextCompletionUpdate update) => update.FinishReason is not null || update.Usage is not null;

    public static void Attach(TextCompletionUpdate update, CallRoute route, bool last) => update.Route = route;

    public static TextCompletionUpdate MakeLast(CallAttempt attempt) => new() { ResponseId = attempt.Facts.ResponseId, ModelId = attempt.Facts.ModelId };

    public static int SizeOf(TextCompletionUpdate update) => IUpdateTraits<TextCompletionUpdate>.EmptySize;

    public static int ContentSizeOf(TextCompletionUpdate update) => IUpdateTraits<TextCompletionUpdate>.EmptySize + (update.Text.Length * sizeof(char));

    public static TextCompletionUpdate MakeContinuation(StreamContinuation continuation, UsageDetails? usage) => new() { Continuation = continuation, Usage = usage };

    public static void Join(TextCompletionUpdate update, TextCompletionUpdate first) => update.ResponseId = first.ResponseId;
}
