using LlmStack.Providers;
using Microsoft.Extensions.AI;
using static LlmStack.Testing.OperationProbe;

namespace LlmStack.Testing;

/// <summary>The operations beside chat.</summary>
internal static class OperationProbes
{
    private static readonly string[] Texts = ["first marker", "second marker \"ä\"", "third marker"];

    private static readonly IReadOnlyList<float>[] Vectors = [[1f, -2.5f, 0.125f], [3f, 4f, -0.75f], [0f, 1e-7f, 16777216f]];

    private static readonly RerankResult[] Places = [new(0, 0.25), new(2, 0.875), new(1, 0.5)];

    private static readonly ModerationResult[] Verdicts =
    [
        new(Flagged: false, [new("hate", Flagged: false, 0.125), new("violence", Flagged: false, 0.25)]),
        new(Flagged: true, [new("hate", Flagged: false, 0.0625), new("violence", Flagged: true, 0.9375)]),
        new(Flagged: false, [new("hate", Flagged: false, 0.5), new("violence", Flagged: false, 0.375)]),
    ];

    private static readonly ReadOnlyMemory<byte>[] Pictures = [Bytes([0x89, .. "PNG\r\n"u8, 0x1a, (byte)'\n', .. "one"u8]), Bytes([0x89, .. "PNG\r\n"u8, 0x1a, (byte)'\n', .. "two"u8, 0, 255])];

    private static readonly ReadOnlyMemory<byte>[] Sound = [Bytes([.. "ID3"u8, 0, 255, 1]), Bytes([2, 3]), Bytes([.. "last"u8])];

    private static readonly string[] Words = ["Hel", "lo \"wörld\" ", "👩‍👧 𝄞", "."];

    public static readonly OperationProbe[] All =
    [
        new("embeddings", new CannedVectors(Vectors), OperationOutcome.Of(Vectors))
        {
            Sent = ["first marker", "third marker"],
            Short = new CannedVectors(Vectors[..2]),
            AskAsync = EmbedAsync,
        },
        new("text completions", new CannedCompletion(Words) { FinishReason = ChatFinishReason.Length }, OperationOutcome.Of(string.Concat(Words), ChatFinishReason.Length))
        {
            Sent = ["first marker"],
            AskAsync = CompleteAsync,
            StreamAsync = StreamCompletionAsync,
        },
        new("rerank", new CannedRanking(Places), OperationOutcome.Of(Places.OrderByDescending(static place => place.Score)))
        {
            Sent = ["the query", "first marker", "third marker"],
            Short = new CannedRanking([new RerankResult(3, 0.5)]),
            AskAsync = RerankAsync,
        },
        new("moderation", new CannedVerdicts(Verdicts), OperationOutcome.Of(Verdicts))
        {
            Sent = ["first marker", "third marker"],
            Short = new CannedVerdicts(Verdicts[..2]),
            AskAsync = ModerateAsync,
        },
        new("images", new CannedImages(Pictures), OperationOutcome.Of(Pictures))
        {
            Sent = ["first marker"],
            Short = new CannedImages([]),
            AskAsync = DrawAsync,
        },
        new("speech", new CannedSound(Sound), OperationOutcome.Of([Joined(Sound)]))
        {
            Sent = ["first marker"],
            Short = new CannedSound([]),
            AskAsync = SpeakAsync,
            StreamAsync = StreamSpeechAsync,
        },
        new("transcription", new CannedTranscript(Words), string.Concat(Words))
        {
            Sent = ["sound marker"],
            AskAsync = TranscribeAsync,
            StreamAsync = StreamTranscriptAsync,
        },
    ];

    private static async Task<OperationOutcome> EmbedAsync(ILlmProvider provider, ProviderCall call, CancellationToken cancellationToken)
    {
        IEmbeddingProvider face = Face<IEmbeddingProvider>(provider);
        ConformanceBench.Expect(face.MaxBatchSize >= Texts.Length && face.MaxBatchTokens > 0, $"MaxBatchSize must be {Texts.Length} or more for these cases, and MaxBatchTokens positive.");
        GeneratedEmbeddings<Embedding<float>> result = await face.EmbedAsync(call, Texts, null, cancellationToken).ConfigureAwait(false);
        return new OperationOutcome(OperationOutcome.Of(result.Select(static embedding => embedding.Vector.ToArray())), result.Usage);
    }

    private static async Task<OperationOutcome> CompleteAsync(ILlmProvider provider, ProviderCall call, CancellationToken cancellationToken)
    {
        TextCompletion completion = await Face<ITextCompletionProvider>(provider).CompleteAsync(call, Texts[0], null, cancellationToken).ConfigureAwait(false);
        return new OperationOutcome(OperationOutcome.Of(completion.Text, completion.FinishReason), completion.Usage);
    }

    private static async Task<OperationOutcome> StreamCompletionAsync(ILlmProvider provider, ProviderCall call, CancellationToken cancellationToken)
    {
        List<TextCompletionUpdate> updates = await CollectAsync(Face<ITextCompletionProvider>(provider).CompleteStreamingAsync(call, Texts[0], null, cancellationToken)).ConfigureAwait(false);
        string text = string.Concat(updates.Select(static update => update.Text));
        return new OperationOutcome(OperationOutcome.Of(text, updates.Select(static update => update.FinishReason).FirstOrDefault(static reason => reason is not null)), updates[^1].Usage)
        {
            Pieces = updates.Count(static update => update.Text.Length > 0),
        };
    }

    private static async Task<OperationOutcome> RerankAsync(ILlmProvider provider, ProviderCall call, CancellationToken cancellationToken)
    {
        RerankResponse response = await Face<IRerankProvider>(provider).RerankAsync(call, "the query", Texts, null, cancellationToken).ConfigureAwait(false);
        return new OperationOutcome(OperationOutcome.Of(response.Results), response.Usage);
    }

    private static async Task<OperationOutcome> ModerateAsync(ILlmProvider provider, ProviderCall call, CancellationToken cancellationToken)
    {
        ModerationResponse response = await Face<IModerationProvider>(provider).ModerateAsync(call, Texts, null, cancellationToken).ConfigureAwait(false);
        return new OperationOutcome(OperationOutcome.Of(response.Results), response.Usage);
    }

    private static async Task<OperationOutcome> DrawAsync(ILlmProvider provider, ProviderCall call, CancellationToken cancellationToken)
    {
        ImageGenerationResponse response = await Face<IImageProvider>(provider).GenerateImagesAsync(call, new ImageGenerationRequest(Texts[0]), null, cancellationToken).ConfigureAwait(false);
        foreach (DataContent picture in response.Contents.OfType<DataContent>())
        {
            ConformanceBench.Equal("image/png", picture.MediaType, "media type of an image");
        }

        return new OperationOutcome(OperationOutcome.Of(response.Contents.OfType<DataContent>().Select(static content => content.Data)), response.Usage);
    }

    private static async Task<OperationOutcome> SpeakAsync(ILlmProvider provider, ProviderCall call, CancellationToken cancellationToken)
    {
        TextToSpeechResponse response = await Face<ITextToSpeechProvider>(provider).SpeakAsync(call, Texts[0], null, cancellationToken).ConfigureAwait(false);
        ConformanceBench.Expect(response.Contents.OfType<DataContent>().All(static sound => sound.MediaType.StartsWith("audio/", StringComparison.Ordinal)), "Sound must have a media type of audio.");
        return new OperationOutcome(OperationOutcome.Of(response.Contents.OfType<DataContent>().Select(static content => content.Data)), response.Usage);
    }

    private static async Task<OperationOutcome> StreamSpeechAsync(ILlmProvider provider, ProviderCall call, CancellationToken cancellationToken)
    {
        List<TextToSpeechResponseUpdate> updates = await CollectAsync(Face<ITextToSpeechProvider>(provider).SpeakStreamingAsync(call, Texts[0], null, cancellationToken)).ConfigureAwait(false);
        ConformanceBench.Equal(TextToSpeechResponseUpdateKind.SessionClose, updates[^1].Kind, "kind of the last update");
        ReadOnlyMemory<byte>[] pieces = [.. updates.SelectMany(static update => update.Contents).OfType<DataContent>().Select(static content => content.Data)];
        return new OperationOutcome(OperationOutcome.Of([Joined(pieces)]), UsageIn(updates[^1].Contents)) { Pieces = pieces.Length };
    }

    private static async Task<OperationOutcome> TranscribeAsync(ILlmProvider provider, ProviderCall call, CancellationToken cancellationToken)
    {
        SpeechToTextResponse response = await Face<ISpeechToTextProvider>(provider).TranscribeAsync(call, Audio(), null, cancellationToken).ConfigureAwait(false);
        return new OperationOutcome(response.Text, response.Usage);
    }

    private static async Task<OperationOutcome> StreamTranscriptAsync(ILlmProvider provider, ProviderCall call, CancellationToken cancellationToken)
    {
        List<SpeechToTextResponseUpdate> updates = await CollectAsync(Face<ISpeechToTextProvider>(provider).TranscribeStreamingAsync(call, Audio(), null, cancellationToken)).ConfigureAwait(false);
        return new OperationOutcome(string.Concat(updates.Select(static update => update.Text)), UsageIn(updates[^1].Contents)) { Pieces = updates.Count(static update => update.Text.Length > 0) };
    }

    private static DataContent Audio() => new(Bytes([.. "RIFF"u8, 0, 255, .. "sound marker"u8]), "audio/wav") { Name = "speech.wav" };

    private static UsageDetails? UsageIn(IEnumerable<AIContent> contents) => contents.OfType<UsageContent>().LastOrDefault()?.Details;

    private static ReadOnlyMemory<byte> Bytes(byte[] bytes) => bytes;

    private static ReadOnlyMemory<byte> Joined(IEnumerable<ReadOnlyMemory<byte>> pieces) => pieces.SelectMany(static piece => piece.ToArray()).ToArray();

    private static async Task<List<T>> CollectAsync<T>(IAsyncEnumerable<T> updates)
    {
        var all = new List<T>();
        await foreach (T update in updates.ConfigureAwait(false))
        {
            all.Add(update);
        }

        ConformanceBench.Expect(all.Count > 0, "A stream that ends normally has at least one update.");
        return all;
    }
}
