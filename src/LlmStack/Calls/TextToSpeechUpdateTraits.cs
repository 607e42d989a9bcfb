using LlmStack.Routing;
using Microsoft.Extensions.AI;

namespace LlmStack.Calls;

internal readonly struct TextToSpeechUpdateTraits : IUpdateTraits<TextToSpeechResponseUpdate>
{
    public static bool HasContent(TextToSpeechResponseUpdate update)
    {
        for (int i = 0; i < update.Contents.Count; i++)
        {
            if (update.Contents[i] is DataContent { Data.Length: > 0 })
            {
                return true;
            }
        }

        return false;
    }

    public static void Observe(TextToSpeechResponseUpdate update, CallAttempt attempt)
    {
        attempt.Facts.Usage = ContentUsage.Of(update.Contents) ?? attempt.Facts.Usage;
        attempt.Facts.ResponseId ??= update.ResponseId;
        attempt.Facts.ModelId ??= update.ModelId;
    }

    public static bool CanCarryRoute(TextToSpeechResponseUpdate update) => update.Kind == TextToSpeechResponseUpdateKind.SessionClose;

    public static void Attach(TextToSpeechResponseUpdate update, CallRoute route, bool last) => (update.AdditionalProperties ??= [])[LlmResponseExtensions.RouteKey] = route;

    public static TextToSpeechResponseUpdate MakeLast(CallAttempt attempt) => new()
    {
        Kind = TextToSpeechResponseUpdateKind.SessionClose,
        ResponseId = attempt.Facts.ResponseId,
        ModelId = attempt.Facts.ModelId,
    };

    public static int SizeOf(TextToSpeechResponseUpdate update) => IUpdateTraits<TextToSpeechResponseUpdate>.EmptySize;

    public static int ContentSizeOf(TextToSpeechResponseUpdate update)
    {
        int size = SizeOf(update);
        for (int i = 0; i < update.Contents.Count; i++)
        {
            if (update.Contents[i] is DataContent data)
            {
                size += data.Data.Length;
            }
        }

        return size;
    }

    public static TextToSpeechResponseUpdate MakeContinuation(StreamContinuation continuation, UsageDetails? usage) => throw new NotSupportedException("Speech is not continued elsewhere.");

    public static void Join(TextToSpeechResponseUpdate update, TextToSpeechResponseUpdate first) => update.ResponseId = first.ResponseId;
}
