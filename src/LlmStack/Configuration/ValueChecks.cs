namespace LlmStack.Configuration;

/// <summary>The checks of single values; each names the path, the value and what is allowed.</summary>
internal static class ValueChecks
{
    public static void AtLeast(this OptionsProblems problems, string path, long? value, long minimum)
    {
        if (value < minimum)
        {
            problems.Add(path, value, $"{minimum} or more");
        }
    }

    public static void Between(this OptionsProblems problems, string path, long? value, long minimum, long maximum)
    {
        if (value < minimum || value > maximum)
        {
            problems.Add(path, value, $"{minimum} to {maximum}");
        }
    }

    public static void Share(this OptionsProblems problems, string path, double? value)
    {
        if (value is { } share && !(share >= 0 && share <= 1))
        {
            problems.Add(path, value, "a number from 0 to 1");
        }
    }

    public static void InRange(this OptionsProblems problems, string path, double? value, double minimum, double maximum)
    {
        if (value is { } number && !(number >= minimum && number <= maximum))
        {
            problems.Add(path, value, string.Create(System.Globalization.CultureInfo.InvariantCulture, $"a number from {minimum} to {maximum}"));
        }
    }

    public static void Above0(this OptionsProblems problems, string path, double? value, double maximum)
    {
        if (value is { } number && !(number > 0 && number <= maximum))
        {
            problems.Add(path, value, string.Create(System.Globalization.CultureInfo.InvariantCulture, $"a number above 0, at most {maximum}"));
        }
    }

    public static void NotNegative(this OptionsProblems problems, string path, double? value)
    {
        if (value is { } number && !(number >= 0 && double.IsFinite(number)))
        {
            problems.Add(path, value, "a finite number, 0 or more");
        }
    }

    public static void NotNegative(this OptionsProblems problems, string path, decimal? value)
    {
        if (value < 0)
        {
            problems.Add(path, value, "US dollars, 0 or more");
        }
    }

    public static void NotNegative(this OptionsProblems problems, string path, TimeSpan? value)
    {
        if (value < TimeSpan.Zero)
        {
            problems.Add(path, value, "a time, 0 or more");
        }
    }

    /// <summary>A timeout; longer than timers can wait is as wrong as nothing at all.</summary>
    public static void Positive(this OptionsProblems problems, string path, TimeSpan? value)
    {
        if (value <= TimeSpan.Zero || value > TimeSpan.FromDays(24))
        {
            problems.Add(path, value, "a time, more than 0 and at most 24 days, for instance 00:00:30");
        }
    }

    public static void Address(this OptionsProblems problems, string path, string? value)
    {
        bool valid = Uri.TryCreate(value?.Trim(), UriKind.Absolute, out Uri? uri) && (uri.Scheme == Uri.UriSchemeHttp || uri.Scheme == Uri.UriSchemeHttps) && uri.Host.Length > 0;
        if (!valid)
        {
            // A mistyped address may hold a password before the @.
            string? shown = value is not null && value.Contains('@', StringComparison.Ordinal) ? "…@" + value[(value.LastIndexOf('@') + 1)..] : value;
            problems.Add(path, shown, "an absolute http or https address, for instance https://api.openai.com/v1");
        }
        else if (uri!.UserInfo.Length > 0)
        {
            problems.Say(path, "contains a user or password; allowed: an address without them, with the key in ApiKey");
        }
        else if (uri.Query.Length > 0 || uri.Fragment.Length > 0)
        {
            problems.Say(path, "contains a query or fragment; allowed: a base address without them");
        }
    }

    /// <summary>A name that is a key of the configuration and a part of <c>provider/model</c>.</summary>
    public static void Name(this OptionsProblems problems, string path, string name, bool slashes)
    {
        bool wrong = string.IsNullOrWhiteSpace(name) || name.Contains(':', StringComparison.Ordinal) || (!slashes && name.Contains('/', StringComparison.Ordinal));
        if (wrong)
        {
            problems.Add(path, name, slashes ? "a name without ':'" : "a name without '/' and ':'");
        }
    }
}
