using LlmStack.Routing;
using Microsoft.Extensions.AI;

namespace LlmStack.Calls;

internal readonly struct SpeechToTextUpdateTraits : IUpdateTraits<SpeechToTextResponseUpdate>
{
    public static bool HasContent(SpeechToTextResponseUpdate update)
    {
        for (int i = 0; i < update.Contents.Count; i++)
        {
            if (update.Contents[i] is TextContent { Text.Length: > 0 })
            {
                return true;
            }
        }

        return false;
    }

    public static void Observe(SpeechToTextResponseUpdate update, CallAttempt attempt)
    {
        for (int i = 0; i < update.Contents.Count; i++)
        {
            if (update.Contents[i] is TextContent text)
            {
                attempt.Text.Append(text.Text);
            }
        }

        attempt.Facts.Usage = ContentUsage.Of(update.Contents) ?? attempt.Facts.Usage;
        attempt.Facts.ResponseId ??= update.ResponseId;
        attempt.Facts.ModelId ??= update.ModelId;
    }

    public static bool CanCarryRoute(SpeechToTextResponseUpdate update) => update.Kind == SpeechToTextResponseUpdateKind.SessionClose;

    public static void Attach(SpeechToTextResponseUpdate update, CallRoute route, bool last) => (update.AdditionalProperties ??= [])[LlmResponseExtensions.RouteKey] = route;

    public static SpeechToTextResponseUpdate MakeLast(CallAttempt attempt) => new()
    {
        Kind = SpeechToTextResponseUpdateKind.SessionClose,
        ResponseId = attempt.Facts.ResponseId,
        ModelId = attempt.Facts.ModelId,
    };

    public static int SizeOf(SpeechToTextResponseUpdate update) => IUpdateTraits<SpeechToTextResponseUpdate>.EmptySize;

    public static int ContentSizeOf(SpeechToTextResponseUpdate update)
    {
        int size = SizeOf(update);
        for (int i = 0; i < update.Contents.Count; i++)
        {
            if (update.Contents[i] is TextContent text)
            {
                size += text.Text.Length * sizeof(char);
            }
        }

        return size;
    }

    public static SpeechToTextResponseUpdate MakeContinuation(StreamContinuation continuation, UsageDetails? usage) => throw new NotSupportedException("A transcript is not continued elsewhere.");

    public static void Join(SpeechToTextResponseUpdate update, SpeechToTextResponseUpdate first) => update.ResponseId = first.ResponseId;
}
