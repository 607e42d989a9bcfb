using System.Text.Encodings.Web;
using System.Text.Json;
using CsCheck;

namespace LlmStack.Tests.Providers.Streaming;

/// <summary>An answer that every format can say: thoughts, a text and tool calls, each in pieces that may end within a character.</summary>
/// <param name="Thoughts">The pieces of the reasoning.</param>
/// <param name="Texts">The pieces of the text.</param>
/// <param name="Calls">The tool calls.</param>
/// <param name="Interleaves">Whether the pieces of several calls alternate, where the format can tell them apart.</param>
internal sealed record FuzzAnswer(string[] Thoughts, string[] Texts, FuzzCall[] Calls, bool Interleaves)
{
    /// <summary>What framings and parsers trip over: marks of their own syntax, escapes, separators, characters of two, three and four bytes.</summary>
    private static readonly Gen<string> Word = OneOf(
        "a", "bc", " ", "é", "中", "🎉", "\"", "\\", "\n", "\r\n", "\t", "\0", "\u001f", "\u2028", "{", "}", "]", "[DONE]", "data: ", "event: error", "</think>", "\\u00", "\ufeff");

    public static readonly Gen<FuzzAnswer> Any = Gen.Select(Pieces(12), Pieces(16), FuzzCall.Any.Array[0, 3], Gen.Bool, static (thoughts, texts, calls, interleaves) => new FuzzAnswer(
        thoughts,
        texts.Length == 0 && calls.Length == 0 ? ["x"] : texts,
        [.. calls.Select(static (call, i) => call with { Place = i })],
        interleaves));

    /// <summary>One with everything, for the properties that look at every position.</summary>
    public static readonly FuzzAnswer Rich = new(
        ["hm ", "ö\n"],
        ["Grüße \ud83c", "\udf89 ", "a\"", "\\ [DONE]"],
        [new("""{"q":"Kö""", """ln","n":1}""") { Place = 0 }, new("{}") { Place = 1 }],
        Interleaves: true);

    public string Thought => string.Concat(Thoughts);

    public string Text => string.Concat(Texts);

    /// <summary>The pieces of the calls' arguments, in the order in which they are sent.</summary>
    public IEnumerable<(FuzzCall Call, string Fragment)> Fragments => Interleaves
        ? Enumerable.Range(0, Calls.Select(static call => call.Fragments.Length).DefaultIfEmpty(0).Max())
            .SelectMany(i => Calls.Where(call => i < call.Fragments.Length).Select(call => (call, call.Fragments[i])))
        : Calls.SelectMany(static call => call.Fragments.Select(fragment => (call, fragment)));

    public override string ToString() =>
        $"thoughts {JsonSerializer.Serialize(Thoughts)} texts {JsonSerializer.Serialize(Texts)} calls {JsonSerializer.Serialize(Calls.Select(static call => call.Fragments))}{(Interleaves ? " interleaved" : "")}";

    /// <summary>One of several values.</summary>
    public static Gen<T> OneOf<T>(params T[] all) => Gen.Int[0, all.Length - 1].Select(i => all[i]);

    /// <summary>Cuts a text, also between the halves of a character.</summary>
    public static string[] Cut(string text, int[] sizes)
    {
        var pieces = new List<string>();
        for (int at = 0, i = 0; at < text.Length; i++)
        {
            int end = Math.Min(text.Length, at + sizes[i % sizes.Length]);
            pieces.Add(text[at..end]);
            at = end;
        }

        return [.. pieces];
    }

    private static Gen<string[]> Pieces(int most) =>
        Gen.Select(Word.Array[0, most], Gen.Int[1, 7].Array[1, 6], static (words, sizes) => Cut(string.Concat(words), sizes));
}

/// <summary>A tool call.</summary>
/// <param name="Fragments">The pieces of the arguments, which are an object in JSON.</param>
internal sealed record FuzzCall(params string[] Fragments)
{
    private static readonly JsonSerializerOptions Bare = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static readonly Gen<FuzzCall> Any = Gen.Select(
        FuzzAnswer.OneOf("a", "é", "🎉", "\"", "\\", "\n", "}", "[DONE]").Array[0, 10], Gen.Int, Gen.Int[1, 9].Array[1, 6], Gen.Bool,
        static (words, number, sizes, bare) => new FuzzCall(FuzzAnswer.Cut($$"""{"q":{{JsonSerializer.Serialize(string.Concat(words), bare ? Bare : null)}},"n":{{number}}}""", sizes)));

    /// <summary>Its place among the calls, from which its name and its id follow.</summary>
    public int Place { get; init; }

    /// <summary>Of nine letters and digits, which every vendor takes.</summary>
    public string Id => $"call0000{Place}";

    public string Name => $"f{Place}";

    public string Arguments => string.Concat(Fragments);

    /// <summary>As an outcome tells it.</summary>
    public string Told => $"{Id}:{Name}:{string.Join(',', JsonElement.Parse(Arguments).EnumerateObject().Select(static one => $"{one.Name}={one.Value}"))}";
}
