using System.Text;
using CsCheck;
using static LlmStack.Tests.Providers.OpenAI.Wire;

namespace LlmStack.Tests.Providers.OpenAI;

/// <summary>What must hold of this format's shortcut through chunks that are alike; what holds in every format is in <c>StreamFuzzTests</c>.</summary>
public sealed class StreamPropertyTests
{
    [Fact]
    public void Chunks_that_repeat_their_surroundings_read_like_chunks_that_do_not()
    {
        Gen.Select(Gen.String[Gen.OneOf(Gen.Char['a', 'z'], Gen.Char[' ', '/'], Gen.Const('"'), Gen.Const('\\'), Gen.Const('\n'), Gen.Char['à', 'ÿ']), 1, 8].Array[1, 30], Gen.Bool).Sample((texts, escapeAll) =>
        {
            var alike = new List<string>();
            var varied = new List<string>();
            for (int i = 0; i < texts.Length; i++)
            {
                string json = escapeAll ? System.Text.Json.JsonEncodedText.Encode(texts[i]).ToString() : texts[i].Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
                alike.Add(Chunk(json));
                varied.Add("{\"n\":" + i + "," + Chunk(json)[1..]);
            }

            string[] end = [Stop, Usage, "[DONE]"];
            StreamOutcome first = Run(Encoding.UTF8.GetBytes(Events([.. alike, .. end])));
            StreamOutcome second = Run(Encoding.UTF8.GetBytes(Events([.. varied, .. end])));
            return first.Text == string.Concat(texts) && first.Told == second.Told;
        }, iter: 300);
    }

    /// <summary>The generator's predicates are synchronous, and so is reading from memory.</summary>
    private static StreamOutcome Run(byte[] bytes) => StreamBytesAsync(bytes).GetAwaiter().GetResult();
}
