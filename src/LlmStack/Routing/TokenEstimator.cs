using System.Numerics;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Extensions.AI;

namespace LlmStack.Routing;

/// <summary>
/// Estimates by counting characters: about four of an alphabetic script to a token, one or more tokens for every ideograph. Learns for
/// each model how far off it is from what providers report.
/// </summary>
internal sealed class TokenEstimator : ITokenEstimator
{
    private const int Models = 1024;
    private const int PerMessage = 4;
    private const int PerImage = 800;
    private const int PerAudio = 400;
    private const int PerDocument = 1500;
    private const int PerTool = 12;

    /// <summary>Quarter tokens, so that a sum over many short texts is not rounded each time.</summary>
    private const int Quarter = 4;

    /// <summary>From here on a character takes two quarters: Latin with accents, Greek, Cyrillic.</summary>
    private const ushort Accents = 0x80;

    /// <summary>From here on three: scripts of the Near East and India.</summary>
    private const ushort OtherScripts = 0x0590;

    /// <summary>From here on five: ideographs, kana, hangul, halves of emoji.</summary>
    private const ushort Ideographs = 0x2E80;

    private const double Share = 0.1;
    private const double LowestRatio = 0.2;
    private const double HighestRatio = 5;

    private readonly BoundedMap<string, Ratio> _ratios = new(Models, StringComparer.Ordinal);

    public int EstimateTokens(IReadOnlyList<ChatMessage> messages, ChatOptions? options)
    {
        ArgumentNullException.ThrowIfNull(messages);
        long quarters = 0;
        for (int i = 0; i < messages.Count; i++)
        {
            quarters += PerMessage * Quarter;
            IList<AIContent> contents = messages[i].Contents;
            for (int j = 0; j < contents.Count; j++)
            {
                quarters += QuartersOf(contents[j]);
            }
        }
        if (options is not null)
        {
            quarters += QuartersOf(options.Instructions);
            IList<AITool>? tools = options.Tools;
            for (int i = 0; i < (tools?.Count ?? 0); i++)
            {
                quarters += QuartersOf(tools![i]);
            }
            if (options.ResponseFormat is ChatResponseFormatJson { Schema: { } schema })
            {
                quarters += QuartersOf(schema);
            }
        }
        return ToTokens(quarters);
    }

    public int EstimateTokens(ReadOnlySpan<char> text) => ToTokens(QuartersOf(text));

    public void Observe(string model, int estimated, long reported)
    {
        if (estimated <= 0 || reported <= 0 || string.IsNullOrEmpty(model))
        {
            return;
        }
        _ratios.GetOrAdd(model, static _ => new Ratio()).Add(Math.Clamp((double)reported / estimated, LowestRatio, HighestRatio));
    }

    /// <summary>Corrects an estimate, which is made before the model is known, by what was reported for the model before.</summary>
    public int Calibrate(string model, int estimated) =>
        _ratios.Find(model) is { } ratio ? (int)Math.Min(int.MaxValue, Math.Ceiling(estimated * ratio.Value)) : estimated;

    /// <summary>No correction makes an estimate larger than this, in doubles because it may exceed an integer.</summary>
    public static double MostAfterCalibration(int estimated) => estimated * HighestRatio;

    private static long QuartersOf(AIContent content) => content switch
    {
        TextContent text => QuartersOf(text.Text),
        TextReasoningContent reasoning => QuartersOf(reasoning.Text),
        FunctionCallContent call => ((long)PerTool * Quarter) + call.Name.Length + QuartersOf(call.Arguments),
        FunctionResultContent result => ((long)PerTool * Quarter) + QuartersOf(result.Result),
        DataContent data => Quarter * (long)OfMedia(data.MediaType),
        UriContent uri => Quarter * (long)OfMedia(uri.MediaType),
        _ => 0,
    };

    private static int OfMedia(string? mediaType) =>
        mediaType is null || mediaType.StartsWith("image/", StringComparison.OrdinalIgnoreCase) ? PerImage
        : mediaType.StartsWith("audio/", StringComparison.OrdinalIgnoreCase) ? PerAudio
        : PerDocument;

    private static long QuartersOf(IDictionary<string, object?>? arguments)
    {
        long quarters = 0;
        if (arguments is not null)
        {
            foreach ((string name, object? value) in arguments)
            {
                quarters += name.Length + Quarter + QuartersOf(value);
            }
        }
        return quarters;
    }

    private static long QuartersOf(object? value) => value switch
    {
        null => Quarter,
        string text => QuartersOf(text),
        System.Text.Json.JsonElement json => QuartersOf(json),
        IEnumerable<AIContent> contents => Sum(contents),
        _ => PerTool * Quarter,
    };

    private static long Sum(IEnumerable<AIContent> contents)
    {
        long quarters = 0;
        foreach (AIContent content in contents)
        {
            quarters += QuartersOf(content);
        }
        return quarters;
    }

    private static long QuartersOf(AITool tool)
    {
        long quarters = (PerTool * Quarter) + tool.Name.Length + QuartersOf(tool.Description);
        return tool is AIFunctionDeclaration function ? quarters + QuartersOf(function.JsonSchema) : quarters;
    }

    /// <summary>JSON is punctuation-rich: about three characters to a token.</summary>
    private static long QuartersOf(System.Text.Json.JsonElement json) =>
        json.ValueKind == System.Text.Json.JsonValueKind.Undefined ? 0 : JsonMarshal.GetRawUtf8Value(json).Length * 4L / 3;

    private static long QuartersOf(string? text) => text is null ? 0 : QuartersOf(text.AsSpan());

    private static long QuartersOf(ReadOnlySpan<char> text)
    {
        if (Ascii.IsValid(text))
        {
            return text.Length;
        }
        ReadOnlySpan<ushort> units = MemoryMarshal.Cast<char, ushort>(text);
        long quarters = text.Length;
        for (; units.Length >= Vector<ushort>.Count; units = units[Vector<ushort>.Count..])
        {
            // What a comparison finds is all ones, which is one less than nothing.
            var some = new Vector<ushort>(units);
            Vector<ushort> ideographs = Vector.GreaterThanOrEqual(some, new Vector<ushort>(Ideographs));
            quarters += Vector.Sum(
                Vector<ushort>.Zero - Vector.GreaterThanOrEqual(some, new Vector<ushort>(Accents)) - Vector.GreaterThanOrEqual(some, new Vector<ushort>(OtherScripts)) - ideographs - ideographs);
        }
        foreach (ushort unit in units)
        {
            quarters += unit switch
            {
                < Accents => 0,
                < OtherScripts => 1,
                < Ideographs => 2,
                _ => 4,
            };
        }
        return quarters;
    }

    private static int ToTokens(long quarters) => (int)Math.Min(int.MaxValue, (quarters + Quarter - 1) / Quarter);

    private sealed class Ratio
    {
        private SpinGate _gate;
        private double _value = 1;

        public double Value => Volatile.Read(ref _value);

        public void Add(double sample)
        {
            _gate.Enter();
            Volatile.Write(ref _value, _value + ((sample - _value) * Share));
            _gate.Exit();
        }
    }
}
