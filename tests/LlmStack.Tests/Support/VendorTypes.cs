using System.Text.Json;
using System.Text.RegularExpressions;

namespace LlmStack.Tests.Support;

/// <summary>
/// Checks JSON against the types of a vendor's own SDK, of which the tests' data keeps the members' names, kinds and values. A member that no
/// type has, a value of another kind and a word that the vendor does not list are all wrong.
/// </summary>
/// <remarks>
/// A type is an object of members, each with what its value may be: <c>string</c>, <c>number</c>, <c>integer</c>, <c>boolean</c>, <c>base64</c>,
/// <c>null</c>, <c>any</c>, another type, <c>'a word'</c>, <c>[a list]</c>, <c>{a map}</c>, or several of these between bars. A member whose name
/// ends with <c>!</c> is required. Of a type with <c>$one</c> exactly one member is given. A list of words is an enumeration; <c>$string</c> and
/// <c>$number</c> have bounds.
/// </remarks>
internal sealed class VendorTypes(JsonElement types)
{
    public static VendorTypes Load(string name)
    {
        using var document = JsonDocument.Parse(File.ReadAllText(Path.Combine(Repository.Root, "tests", "LlmStack.Tests", "Data", "vendor-types", name + ".json")));
        return new VendorTypes(document.RootElement.GetProperty("types").Clone());
    }

    /// <summary>What is wrong with a value, each problem with its path; empty when nothing is.</summary>
    public IReadOnlyList<string> Problems(string type, JsonElement value)
    {
        var problems = new List<string>();
        Check(type, value, "$", problems);
        return problems;
    }

    public void AssertFits(string type, JsonElement value)
    {
        IReadOnlyList<string> problems = Problems(type, value);
        Assert.True(problems.Count == 0, string.Join('\n', problems));
    }

    private void Check(string expression, JsonElement value, string path, List<string> problems)
    {
        string[] branches = Split(expression);
        if (branches.Length == 1)
        {
            CheckOne(branches[0], value, path, problems);
            return;
        }

        List<string>? fewest = null;
        foreach (string branch in branches)
        {
            var found = new List<string>();
            CheckOne(branch, value, path, found);
            fewest = fewest is null || Weight(found, path) < Weight(fewest, path) ? found : fewest;
        }

        problems.AddRange(fewest!);
    }

    /// <summary>A branch of another kind was not meant, and one whose own word (<c>type</c>, <c>role</c>) does not match hardly.</summary>
    private static int Weight(List<string> problems, string path) =>
        problems.Sum(problem => problem.StartsWith(path + " is ", StringComparison.Ordinal) ? 10_000 : problem.EndsWith('\'') ? 100 : 1);

    private void CheckOne(string term, JsonElement value, string path, List<string> problems)
    {
        switch (term[0])
        {
            case '[':
                CheckList(term[1..^1], value, path, problems);
                return;
            case '{':
                CheckMap(term[1..^1], value, path, problems);
                return;
            case '\'':
                Expect(value.ValueKind == JsonValueKind.String && value.GetString() == term[1..^1], term, value, path, problems);
                return;
        }

        switch (term)
        {
            case "any":
                return;
            case "null":
                Expect(value.ValueKind == JsonValueKind.Null, term, value, path, problems);
                return;
            case "string":
                Expect(value.ValueKind == JsonValueKind.String, term, value, path, problems);
                return;
            case "base64":
                Expect(value.ValueKind == JsonValueKind.String && IsBase64(value.GetString()!), term, value, path, problems);
                return;
            case "boolean":
                Expect(value.ValueKind is JsonValueKind.True or JsonValueKind.False, term, value, path, problems);
                return;
            case "number":
                Expect(value.ValueKind == JsonValueKind.Number, term, value, path, problems);
                return;
            case "integer":
                Expect(value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out _), term, value, path, problems);
                return;
            default:
                CheckNamed(types.GetProperty(term), term, value, path, problems);
                return;
        }
    }

    private void CheckList(string item, JsonElement value, string path, List<string> problems)
    {
        if (!Expect(value.ValueKind == JsonValueKind.Array, "a list", value, path, problems))
        {
            return;
        }

        int index = 0;
        foreach (JsonElement element in value.EnumerateArray())
        {
            Check(item, element, $"{path}[{index++}]", problems);
        }
    }

    private void CheckMap(string item, JsonElement value, string path, List<string> problems)
    {
        if (!Expect(value.ValueKind == JsonValueKind.Object, "an object", value, path, problems))
        {
            return;
        }

        foreach (JsonProperty entry in value.EnumerateObject())
        {
            Check(item, entry.Value, $"{path}.{entry.Name}", problems);
        }
    }

    private void CheckNamed(JsonElement type, string name, JsonElement value, string path, List<string> problems)
    {
        if (type.ValueKind == JsonValueKind.Array)
        {
            Expect(value.ValueKind == JsonValueKind.String && type.EnumerateArray().Any(word => word.ValueEquals(value.GetString())), $"a word of {name}", value, path, problems);
        }
        else if (type.TryGetProperty("$string", out JsonElement text))
        {
            Expect(value.ValueKind == JsonValueKind.String && Fits(text, value.GetString()!), name, value, path, problems);
        }
        else if (type.TryGetProperty("$number", out JsonElement number))
        {
            bool isKind = value.ValueKind == JsonValueKind.Number && (!number.GetProperty("is").ValueEquals("integer") || value.TryGetInt64(out _));
            Expect(isKind && Between(number, value.GetDouble()), name, value, path, problems);
        }
        else if (Expect(value.ValueKind == JsonValueKind.Object, name, value, path, problems))
        {
            CheckMembers(type, name, value, path, problems);
        }
    }

    private void CheckMembers(JsonElement type, string name, JsonElement value, string path, List<string> problems)
    {
        var given = new HashSet<string>(StringComparer.Ordinal);
        foreach (JsonProperty member in value.EnumerateObject())
        {
            if (!given.Add(member.Name))
            {
                problems.Add($"{path}.{member.Name} is there twice");
            }

            if (type.TryGetProperty(member.Name, out JsonElement expression) || type.TryGetProperty(member.Name + "!", out expression))
            {
                Check(expression.GetString()!, member.Value, $"{path}.{member.Name}", problems);
            }
            else
            {
                problems.Add($"{path}.{member.Name} is no member of {name}");
            }
        }

        foreach (JsonProperty member in type.EnumerateObject())
        {
            if (member.Name.EndsWith('!') && !given.Contains(member.Name[..^1]))
            {
                problems.Add($"{path}.{member.Name[..^1]} is missing");
            }
        }

        if (type.TryGetProperty("$one", out _) && given.Count != 1)
        {
            problems.Add($"{path} has {given.Count} members of {name}, which has one at a time");
        }
    }

    private static bool Expect(bool holds, string what, JsonElement value, string path, List<string> problems)
    {
        if (!holds)
        {
            string text = value.GetRawText();
            problems.Add($"{path} is {(text.Length > 60 ? text[..60] + "…" : text)}, not {what}");
        }

        return holds;
    }

    private static bool Fits(JsonElement bounds, string text) =>
        Between(bounds, text.Length)
        && (!bounds.TryGetProperty("pattern", out JsonElement pattern) || Regex.IsMatch(text, $"^(?:{pattern.GetString()})$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(5)));

    private static bool Between(JsonElement bounds, double value) =>
        (!bounds.TryGetProperty("min", out JsonElement min) || value >= min.GetDouble()) && (!bounds.TryGetProperty("max", out JsonElement max) || value <= max.GetDouble());

    /// <summary>Both alphabets, as the vendors take both.</summary>
    private static bool IsBase64(string text) => Convert.TryFromBase64String(text.Replace('-', '+').Replace('_', '/'), new byte[text.Length], out _);

    /// <summary>What stands between the bars that are in no brackets.</summary>
    private static string[] Split(string expression)
    {
        var parts = new List<string>();
        int depth = 0, start = 0;
        for (int i = 0; i < expression.Length; i++)
        {
            depth += expression[i] is '[' or '{' ? 1 : expression[i] is ']' or '}' ? -1 : 0;
            if (expression[i] == '|' && depth == 0)
            {
                parts.Add(expression[start..i].Trim());
                start = i + 1;
            }
        }

        parts.Add(expression[start..].Trim());
        return [.. parts];
    }
}
