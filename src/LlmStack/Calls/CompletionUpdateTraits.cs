using LlmStack.Routing;

namespace LlmStack.Calls;

internal readonly struct CompletionUpdateTraits : IUpdateTraits<TextCompletionUpdate>
{
    public static bool HasContent(TextCompletionUpdate update) => update.Text.Length > 0;

    public static void Observe(TextCompletionUpdate update, CallState state)
    {
        state.Text.Append(update.Text);
        if (update.Usage is not null)
        {
            state.Facts.Usage = update.Usage;
        }

        if (update.FinishReason is { } reason)
        {
            state.Facts.FinishReason = reason.Value;
        }

        state.Facts.ResponseId ??= update.ResponseId;
        state.Facts.ModelId ??= update.ModelId;
    }

    // Any update can: the route is a field of the type. The last one is the one that brings the end or the usage.
    public static bool CanCarryRoute(TextCompletionUpdate update) => update.FinishReason is not null || update.Usage is not null;

    public static void Attach(TextCompletionUpdate update, CallRoute route, bool last) => update.Route = route;

    public static TextCompletionUpdate MakeLast(CallState state) => new() { ResponseId = state.Facts.ResponseId, ModelId = state.Facts.ModelId };
}
