using System.Text;
using LlmStack.Providers;
using Microsoft.Extensions.AI;

namespace LlmStack.Testing;

/// <summary>The answers of a plan in the shape of each operation.</summary>
internal static class ScriptedAnswers
{
    private const int Dimensions = 8;

    /// <summary>One transparent pixel.</summary>
    private static readonly byte[] SmallPng = Convert.FromBase64String("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==");

    public static ChatResponse Chat(RecordedCall record, ScriptedPlan plan)
    {
        var contents = new List<AIContent>();
        if (plan.Pieces.Count > 0)
        {
            contents.Add(new TextContent(string.Concat(plan.Pieces)));
        }

        contents.AddRange(plan.ToolCalls);
        return new RoutedChatResponse(new ChatMessage(ChatRole.Assistant, contents))
        {
            ResponseId = record.RequestId,
            ModelId = record.Model,
            FinishReason = plan.FinishReason,
            Usage = Copy(plan.Usage),
        };
    }

    public static ChatResponseUpdate Update(RecordedCall record, string piece) => new(ChatRole.Assistant, piece)
    {
        ResponseId = record.RequestId,
        MessageId = record.RequestId,
        ModelId = record.Model,
    };

    public static ChatResponseUpdate LastUpdate(RecordedCall record, ScriptedPlan plan)
    {
        List<AIContent> contents = [.. plan.ToolCalls];
        if (Copy(plan.Usage) is { } usage)
        {
            contents.Add(new UsageContent(usage));
        }

        return new ChatResponseUpdate(ChatRole.Assistant, contents)
        {
            ResponseId = record.RequestId,
            MessageId = record.RequestId,
            ModelId = record.Model,
            FinishReason = plan.FinishReason,
        };
    }

    public static TextCompletion Completion(RecordedCall record, ScriptedPlan plan) => new()
    {
        Text = string.Concat(plan.Pieces),
        ResponseId = record.RequestId,
        ModelId = record.Model,
        FinishReason = plan.FinishReason,
        Usage = Copy(plan.Usage),
    };

    public static TextCompletionUpdate CompletionUpdate(RecordedCall record, string piece) => new()
    {
        Text = piece,
        ResponseId = record.RequestId,
        ModelId = record.Model,
    };

    public static TextCompletionUpdate LastCompletionUpdate(RecordedCall record, ScriptedPlan plan) => new()
    {
        ResponseId = record.RequestId,
        ModelId = record.Model,
        FinishReason = plan.FinishReason,
        Usage = Copy(plan.Usage),
    };

    public static GeneratedEmbeddings<Embedding<float>> Embeddings(RecordedCall record, ScriptedPlan plan)
    {
        var embeddings = new GeneratedEmbeddings<Embedding<float>>(record.Inputs.Count) { Usage = Copy(plan.Usage) };
        for (int i = 0; i < record.Inputs.Count; i++)
        {
            float[] vector = plan.Vectors is { } vectors
                ? vectors[i % vectors.Count]
                : VectorOf(record.Inputs[i], record.EmbeddingOptions?.Dimensions ?? Dimensions);
            embeddings.Add(new Embedding<float>(vector) { ModelId = record.Model });
        }

        return embeddings;
    }

    public static RerankResponse Rerank(RecordedCall record, ScriptedPlan plan)
    {
        var results = new List<RerankResult>(record.Inputs.Count);
        for (int i = 0; i < record.Inputs.Count; i++)
        {
            double score = plan.Scores is { } scores
                ? i < scores.Count ? scores[i] : 0
                : Overlap(record.Query ?? "", record.Inputs[i]);
            results.Add(new RerankResult(i, score));
        }

        results.Sort(static (a, b) => b.Score.CompareTo(a.Score) is var order and not 0 ? order : a.Index.CompareTo(b.Index));
        if (record.RerankOptions?.TopN is { } top && top < results.Count)
        {
            results.RemoveRange(top, results.Count - top);
        }

        return new RerankResponse(results) { ResponseId = record.RequestId, ModelId = record.Model, Usage = Copy(plan.Usage) };
    }

    public static ModerationResponse Moderation(RecordedCall record, ScriptedPlan plan)
    {
        ModerationCategory[] categories = [.. (plan.Flags ?? []).Select(static name => new ModerationCategory(name, true, 1))];
        var results = new List<ModerationResult>();
        for (int i = 0; i < (record.Contents.Count > 0 ? 1 : record.Inputs.Count); i++)
        {
            results.Add(new ModerationResult(categories.Length > 0, categories));
        }

        return new ModerationResponse(results) { ResponseId = record.RequestId, ModelId = record.Model, Usage = Copy(plan.Usage) };
    }

    public static ImageGenerationResponse Images(RecordedCall record, ScriptedPlan plan) => new([.. plan.Media ?? [new DataContent(SmallPng, "image/png")]]) { Usage = Copy(plan.Usage) };

    public static TextToSpeechResponse Speech(RecordedCall record, ScriptedPlan plan)
    {
        var sound = new List<byte>();
        for (int i = 0; i < plan.Pieces.Count; i++)
        {
            sound.AddRange(SoundAt(plan, i).Data.Span);
        }

        string type = plan.Pieces.Count > 0 ? SoundAt(plan, 0).MediaType : "audio/mpeg";
        return new TextToSpeechResponse([new DataContent(sound.ToArray(), type)]) { ResponseId = record.RequestId, ModelId = record.Model, Usage = Copy(plan.Usage) };
    }

    public static TextToSpeechResponseUpdate SpeechUpdate(RecordedCall record, ScriptedPlan plan, int piece) => new([SoundAt(plan, piece)])
    {
        Kind = TextToSpeechResponseUpdateKind.AudioUpdating,
        ResponseId = record.RequestId,
        ModelId = record.Model,
    };

    public static TextToSpeechResponseUpdate LastSpeechUpdate(RecordedCall record, ScriptedPlan plan) => new(UsageOf(plan))
    {
        Kind = TextToSpeechResponseUpdateKind.SessionClose,
        ResponseId = record.RequestId,
        ModelId = record.Model,
    };

    public static SpeechToTextResponse Transcript(RecordedCall record, ScriptedPlan plan) => new(string.Concat(plan.Pieces))
    {
        ResponseId = record.RequestId,
        ModelId = record.Model,
        Usage = Copy(plan.Usage),
    };

    public static SpeechToTextResponseUpdate TranscriptUpdate(RecordedCall record, string piece) => new(piece)
    {
        Kind = SpeechToTextResponseUpdateKind.TextUpdated,
        ResponseId = record.RequestId,
        ModelId = record.Model,
    };

    public static SpeechToTextResponseUpdate LastTranscriptUpdate(RecordedCall record, ScriptedPlan plan) => new(UsageOf(plan))
    {
        Kind = SpeechToTextResponseUpdateKind.SessionClose,
        ResponseId = record.RequestId,
        ModelId = record.Model,
    };

    private static DataContent SoundAt(ScriptedPlan plan, int piece) => plan.Media?[piece] ?? new DataContent(Encoding.UTF8.GetBytes(plan.Pieces[piece]), "audio/mpeg");

    private static List<AIContent> UsageOf(ScriptedPlan plan) => Copy(plan.Usage) is { } usage ? [new UsageContent(usage)] : [];

    /// <summary>A unit vector that follows from the text alone, so that equal texts are equal on every machine.</summary>
    private static float[] VectorOf(string text, int dimensions)
    {
        var vector = new float[dimensions];
        ulong state = 14695981039346656037;
        foreach (char c in text)
        {
            state = (state ^ c) * 1099511628211;
        }

        double norm = 0;
        for (int i = 0; i < vector.Length; i++)
        {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            vector[i] = (float)(((state >> 11) * (1.0 / (1UL << 53))) - 0.5);
            norm += vector[i] * vector[i];
        }

        for (int i = 0; i < vector.Length; i++)
        {
            vector[i] = (float)(vector[i] / Math.Sqrt(norm));
        }

        return vector;
    }

    private static double Overlap(string query, string document)
    {
        string[] words = query.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        int found = 0;
        foreach (string word in words)
        {
            found += document.Contains(word, StringComparison.OrdinalIgnoreCase) ? 1 : 0;
        }

        return words.Length == 0 ? 0 : (double)found / words.Length;
    }

    /// <summary>Usage is added to along a call; each answer therefore gets its own.</summary>
    private static UsageDetails? Copy(UsageDetails? usage)
    {
        if (usage is null)
        {
            return null;
        }

        var copy = new UsageDetails();
        copy.Add(usage);
        return copy;
    }
}
